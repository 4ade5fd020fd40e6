import { expect, test } from 'vitest';
import { bothDegrees, degrees, midnights, mondayOf, onDay, shiftBody, shiftDraft, spanOn, tradeOf, type RotaShift } from '../src/lib/fleet/fleet';

const MONDAY = new Date(2026, 2, 23); // the week in which many clocks go forward
const DAYS = midnights(MONDAY);
const at = (day: number, hour: number) => new Date(2026, 2, 23 + day, hour).toISOString();
const shift = (more: Partial<RotaShift>): RotaShift => ({ id: 'h', version: 1, unit: 'u1', call_sign: 'E 1', user: 'anna', since: at(0, 6), until: at(0, 14), on_call: false, was: null, offered_to: null, accepted: false, ...more });

test('a week begins on Monday and has seven days whatever the clocks do', () => {
  expect(mondayOf(new Date(2026, 2, 29, 23))).toEqual(MONDAY);
  expect(mondayOf(MONDAY)).toEqual(MONDAY);
  expect(DAYS.map((day) => [day.getDay(), day.getHours()])).toEqual([1, 2, 3, 4, 5, 6, 0, 1].map((day) => [day, 0]));
});

test('a shift stands on every day that it touches, and on no other', () => {
  const night = shift({ since: at(0, 22), until: at(1, 6) });
  const till = shift({ since: at(1, 16), until: at(2, 0) });
  const of = (one: RotaShift) => [0, 1, 2].filter((n) => onDay([one], 'u1', DAYS[n] as Date, DAYS[n + 1] as Date).length > 0);
  expect(of(night)).toEqual([0, 1]);
  expect(of(till)).toEqual([1]);
  expect(onDay([night], 'u2', DAYS[0] as Date, DAYS[1] as Date)).toEqual([]);
  expect(spanOn(night, DAYS[0] as Date, DAYS[1] as Date)).toBe('22:00–…');
  expect(spanOn(night, DAYS[1] as Date, DAYS[2] as Date)).toBe('…–06:00');
  expect(spanOn(till, DAYS[1] as Date, DAYS[2] as Date)).toBe('16:00–24:00');
});

test('degrees are read as people write them, and nothing else is', () => {
  expect([degrees('54.07'), degrees(' -0,21 ')]).toEqual([54.07, -0.21]);
  for (const wrong of ['', 'north', '5 4', '1e3', '0x10']) expect(degrees(wrong)).toBeNaN();
  expect(bothDegrees('54.07, -0.21')).toEqual(['54.07', '-0.21']);
  expect(bothDegrees('54,07')).toBeNull();
  expect(bothDegrees('54.07')).toBeNull();
});

test('a shift without a name or with a time that is none is not sent', () => {
  const draft = { ...shiftDraft('u1', MONDAY), user: ' anna ' };
  expect(shiftBody(draft, 3)).toEqual({ unit: 'u1', user: 'anna', since: at(0, 6), until: at(0, 14), on_call: false, version: 3 });
  expect(shiftBody({ ...draft, user: ' ' })).toBeNull();
  expect(shiftBody({ ...draft, until: '' })).toBeNull();
});

test('who has to say something to a trade is told, and nobody else', () => {
  const offered = shift({ offered_to: 'bert' });
  expect(tradeOf(shift({}), 'anna', true)).toBeNull();
  expect(tradeOf(offered, 'bert', false)).toBe('asked');
  expect(tradeOf(offered, 'anna', false)).toBe('mine');
  expect(tradeOf({ ...offered, accepted: true }, 'bert', false)).toBe('mine');
  expect(tradeOf({ ...offered, accepted: true }, 'sue', true)).toBe('waits');
});
