import { expect, test } from 'vitest';
import { board, inOrder, looksOf, timerOf, UnitBell } from '../src/lib/dispatch/board';
import type { Unit } from '../src/lib/units/types';
import { unit } from './a_unit';

const T0 = Date.parse('2026-03-14T02:12:00Z');
const at = (s: number) => new Date(T0 + s * 1_000).toISOString();
const signs = (units: readonly Unit[]) => inOrder(board(units)).map((one) => one.call_sign);

test('distress stands first, then who asks for more; the rest by service, station and call sign', () => {
  const units = [
    unit('a', 'G1', { service: 'guard', status: 'distress' }),
    unit('b', 'A1', { service: 'ems' }),
    unit('c', 'E10', { station: 'n', station_name: 'North' }),
    unit('d', 'E2', { station: 'n', station_name: 'North' }),
    unit('e', 'E9', { station: 'e', station_name: 'East' }),
    unit('f', 'E3', { station: 'e', station_name: 'East', needs_more: true }),
    unit('g', 'E4', { on_duty: false }),
  ];
  expect(signs(units)).toEqual(['G1', 'E3', 'E9', 'E2', 'E10', 'A1']);
  expect(board(units).groups.map(({ service, station }) => [service, station])).toEqual([['fire', 'East'], ['fire', 'North'], ['ems', null]]);
});

test('a unit keeps its place while its status changes', () => {
  const units = ['E1', 'E2', 'E3'].map((sign) => unit(sign, sign));
  const before = signs(units);
  for (const status of ['offered', 'en_route', 'on_scene', 'transporting', 'out_of_service'] as const) {
    expect(signs(units.map((one) => (one.id === 'E2' ? { ...one, status, free: false } : one)))).toEqual(before);
  }
});

test('a timer warns at three quarters of its time and is red when it is over', () => {
  const sent = unit('a', 'E1', { status: 'offered', since: at(0), overdue_at: at(60), free: false });
  expect([44, 45, 59, 60].map((s) => timerOf(sent, T0 + s * 1_000)?.looks)).toEqual(['', 'warn', 'warn', 'bad']);
  expect(looksOf(sent, T0 + 60_000)).toBe('late');
  expect(timerOf({ ...sent, overdue_at: null }, T0 + 1e9)?.looks).toBe('');
  expect(timerOf({ ...sent, since: null }, T0)).toBeNull();
});

test('distress is heard until it ends, who is overdue once and softly', () => {
  const bell = new UnitBell();
  const late = unit('a', 'E1', { status: 'offered', since: at(0), overdue_at: at(60), free: false });
  expect(bell.tick([late], T0 + 59_000)).toEqual([]);
  expect(bell.tick([late], T0 + 60_000)).toMatchObject([{ tone: 'admin', priority: 4 }]);
  expect(bell.tick([late], T0 + 90_000)).toEqual([]);
  const distress = { ...late, status: 'distress' as const, since: at(100), overdue_at: null };
  expect(bell.tick([distress], T0 + 100_000)).toMatchObject([{ tone: 'person', priority: 1, late: true }]);
  expect(bell.tick([distress], T0 + 101_000)).toEqual([]);
  expect(bell.tick([distress], T0 + 115_000)).toHaveLength(1);
  expect(bell.tick([{ ...distress, status: 'on_scene' }], T0 + 200_000)).toEqual([]);
});
