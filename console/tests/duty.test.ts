import { describe, expect, test } from 'vitest';
import { isForgotten, type Duty } from '../src/lib/together';

const duty = (of: Duty['duty'], since: string | null = '2026-03-13T02:00:00Z'): Duty => ({
  duty: of,
  since,
  why: null,
  grace_until: null,
  handed: null,
});

describe('who sat ready when the centre was restarted', () => {
  test('is told by hand since never, and was forgotten', () => {
    expect(isForgotten(duty('ready'), duty('by_hand', null), 4_000)).toBe(true);
  });

  test('was not forgotten where he said himself that he takes by hand', () => {
    expect(isForgotten(duty('ready'), duty('by_hand'), 4_000)).toBe(false);
  });

  test('says it again himself where it took longer than a lost console may', () => {
    expect(isForgotten(duty('ready'), duty('by_hand', null), 30_001)).toBe(false);
  });

  test('is made ready by nobody where he had a break, or just came', () => {
    expect(isForgotten(duty('paused'), duty('by_hand', null), 4_000)).toBe(false);
    expect(isForgotten(null, duty('by_hand', null), 4_000)).toBe(false);
  });
});
