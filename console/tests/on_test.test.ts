// What a form of a test makes of what is written, and when a test comes near its end.

import { expect, test } from 'vitest';
import { bodyOf, emptyDraft, leftMs, numbersOf, stageAt, type Test } from '../src/lib/on_test';

test('numbers are written one by one or as a range', () => {
  expect(numbersOf('1-4, 12 014;A7')).toEqual(['1', '2', '3', '4', '12', '014', 'A7']);
  expect(numbersOf(' ')).toEqual([]);
  expect(numbersOf('3, 3')).toEqual(['3']);
});

test('what is no number is not sent', () => {
  for (const text of ['4-1', 'front door', '1-9999', '-', '1–4!']) expect(numbersOf(text)).toBeNull();
});

test('a whole site has no lists, and a part of it names something', () => {
  const draft = { ...emptyDraft(), zones: 'nonsense words', expected: '1-2' };
  expect(bodyOf(draft)).toEqual({
    body: {
      scope: { reach: 'site', areas: [], zones: [], hazards: [] },
      ticks: [],
      minutes: 60,
      expected: [{ zone: '1' }, { zone: '2' }],
    },
  });
  expect(bodyOf({ ...draft, reach: 'only' })).toEqual({ wrong: 'zones' });
  expect(bodyOf({ ...emptyDraft(), reach: 'all_except' })).toEqual({ wrong: 'scope' });
});

test('nothing that threatens a life is ticked before somebody does', () => {
  expect(emptyDraft().ticks).toEqual([]);
});

test('the page sees the end come near by itself', () => {
  const one = {
    until: '2026-03-14T03:00:00Z',
    warning_at: '2026-03-14T02:50:00Z',
    ended_at: null,
  } as Test;
  const at = (time: string) => Date.parse(`2026-03-14T${time}Z`);
  expect(stageAt(one, at('02:49:59'))).toBe('running');
  expect(stageAt(one, at('02:50:00'))).toBe('warning');
  expect(leftMs(one, at('02:59:00'))).toBe(60_000);
  expect(leftMs(one, at('03:01:00'))).toBe(0);
  expect(stageAt({ ...one, ended_at: one.until }, at('03:00:00'))).toBe('ended');
});
