import { describe, expect, test } from 'vitest';
import { clockText, deadlineOf, lengthText, utcText } from '../src/lib/time';
import { row } from './rows';

const at = Date.parse('2026-11-23T02:14:05Z');

test('lengths are short and carry their unit', () => {
  expect(lengthText(42_900)).toEqual({ unit: 's', text: '42' });
  expect(lengthText(187_000)).toEqual({ unit: 'min', text: '3:07' });
  expect(lengthText(7_500_000)).toEqual({ unit: 'h', text: '2:05' });
  expect(lengthText(4 * 86_400_000)).toEqual({ unit: 'd', text: '4' });
  expect(lengthText(-5)).toEqual({ unit: 's', text: '0' });
});

test('times are shown in the zone of the site, the day where it is another', () => {
  expect(clockText(at, at, 'en-GB', 'Europe/Berlin')).toBe('03:14:05');
  expect(clockText(at, at + 86_400_000, 'en-GB', 'Europe/Berlin')).toBe('23 Nov 03:14:05');
  expect(clockText(at, at, 'en-GB', 'Moon/Base')).toBe('02:14:05');
  expect(utcText(at)).toBe('2026-11-23 02:14:05 UTC');
});

describe('deadlines', () => {
  const take = { target_at: '2026-11-23T02:14:35Z', limit_at: '2026-11-23T02:15:05Z', done_at: null };
  const waiting = row('a', { clocks: { take } });

  test('count down, then say by how much they were missed', () => {
    expect(deadlineOf(waiting, at)).toEqual({ clock: 'take', stage: 'running', ms: 30_000 });
    expect(deadlineOf(waiting, at + 20_000)?.stage).toBe('near');
    expect(deadlineOf(waiting, at + 42_000)).toEqual({ clock: 'take', stage: 'overdue', ms: 12_000 });
    expect(deadlineOf(waiting, at + 60_000)?.stage).toBe('beyond');
  });

  test('are over once met; acting has its own after the take', () => {
    const done = { ...take, done_at: '2026-11-23T02:14:20Z' };
    const act = { target_at: '2026-11-23T02:15:05Z', limit_at: '2026-11-23T02:15:35Z', done_at: null };
    expect(deadlineOf(row('a', { clocks: { take: done } }), at)).toBeNull();
    expect(deadlineOf(row('a', { clocks: { take: done, act }, state: 'taken' }), at)?.clock).toBe('act');
    expect(deadlineOf(row('a'), at)).toBeNull();
  });
});
