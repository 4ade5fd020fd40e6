import { expect, test } from 'vitest';
import { EMPTY, isReaching, withNewest, withOlder } from '../src/lib/timeline';
import type { Item } from '../src/lib/types';

function item(position: number): Item {
  const at = '2026-11-23T02:14:05Z';
  return { position: String(position), index: 0, at, type: 'note', by: 'anna', text: null, reasons: [], signal: null, data: {}, of: null };
}
const page = (...positions: number[]) => positions.map(item);
const shown = (story: { items: Item[] }) => story.items.map((one) => Number(one.position));

test('a story grows at its head and is read backwards at its tail', () => {
  let story = withNewest(EMPTY, page(8, 9, 10), 'c');
  story = withNewest(story, page(9, 10, 11), 'c2');
  expect(shown(story)).toEqual([11, 10, 9, 8]);
  expect(story.before).toBe('c');
  story = withOlder(story, page(6, 7, 8), null);
  expect(shown(story)).toEqual([11, 10, 9, 8, 7, 6]);
  expect(story.before).toBeNull();
});

test('the same page again changes nothing', () => {
  const story = withNewest(EMPTY, page(1, 2), null);
  expect(withNewest(story, page(1, 2), null)).toBe(story);
});

test('a page that does not touch what was read replaces it, so that no gap stays unseen', () => {
  const story = withNewest(withNewest(EMPTY, page(1, 2), null), page(900, 901), 'c');
  expect(shown(story)).toEqual([901, 900]);
  expect(story.before).toBe('c');
});

test('what came of an escalation is told later than itself, and is looked for until it is known', () => {
  const at = Date.parse('2026-11-23T02:14:05Z');
  const escalated = (...stages: string[]): Item => ({
    ...item(2),
    type: 'escalated',
    data: { clock: 'take', level: 'outside', ...(stages.length > 0 ? { notices: stages.map((stage) => ({ stage })) } : {}) },
  });
  let story = withNewest(EMPTY, [item(1), escalated()], null);
  expect([isReaching(story, at + 9_000), isReaching(story, at + 10_000)]).toEqual([true, false]);
  for (const [stages, looked] of [[['asked', 'tried'], true], [['sent', 'failed'], true], [['sent', 'given_up'], false]] as const) {
    story = withNewest(story, [item(1), escalated(...stages)], null);
    expect(isReaching(story, at + 60_000)).toBe(looked);
  }
  expect(story.items).toHaveLength(2);
  expect(withNewest(story, [item(1), escalated('sent', 'given_up')], null)).toBe(story);
});
