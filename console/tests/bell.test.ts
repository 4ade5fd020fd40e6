import { expect, test } from 'vitest';
import { Bell } from '../src/lib/bell';
import { gainFor, LEAST_FOR_FIRST } from '../src/lib/sound';
import { row } from './rows';

const fresh = (...rows: ReturnType<typeof row>[]) => rows.map((after) => ({ before: undefined, after }));

test('a new row rings once, then a priority 1 every 15 s until it is taken', () => {
  const bell = new Bell();
  const waiting = row('a');
  expect(bell.hear(fresh(waiting), 0)).toEqual([{ tone: 'fire', priority: 1, id: 'a' }]);
  expect(bell.tick(14_999)).toEqual([]);
  expect(bell.tick(15_000)).toHaveLength(1);
  expect(bell.tick(29_999)).toEqual([]);
  const taken = row('a', { state: 'taken', updated: '2' });
  expect(bell.hear([{ before: waiting, after: taken }], 30_000)).toEqual([]);
  expect(bell.isRinging('a')).toBe(false);
  expect(bell.tick(100_000)).toEqual([]);
});

test('lesser work rings again after a minute', () => {
  const bell = new Bell();
  bell.hear(fresh(row('a', { priority: 3, group: 'TECH' })), 0);
  expect(bell.tick(59_999)).toEqual([]);
  expect(bell.tick(60_000)).toEqual([{ tone: 'technical', priority: 3, id: 'a' }]);
});

test('a change that is no news makes no sound', () => {
  const bell = new Bell();
  const before = row('a');
  bell.hear(fresh(before), 0);
  expect(bell.hear([{ before, after: row('a', { signals_seq: 2, updated: '2' }) }], 1_000)).toEqual([]);
});

test('pending makes no sound until its delay is over', () => {
  const bell = new Bell();
  const pending = row('a', { state: 'pending' });
  expect(bell.hear(fresh(pending), 0)).toEqual([]);
  expect(bell.hear([{ before: pending, after: row('a', { updated: '2' }) }], 120_000)).toHaveLength(1);
});

test('what got worse rings again, even for who has taken it', () => {
  const bell = new Bell();
  const taken = row('a', { state: 'taken', priority: 2, rings: '4' });
  expect(bell.hear([{ before: taken, after: { ...taken, priority: 1 } }], 0)).toHaveLength(1);
  expect(bell.hear([{ before: taken, after: { ...taken, rings: '9' } }], 0)).toHaveLength(1);
  expect(bell.hear([{ before: taken, after: { ...taken, version: 2 } }], 0)).toEqual([]);
});

test('an alarm of the centre itself rings as long as it lasts, and is never taken', () => {
  const bell = new Bell();
  const storage = { id: 'own/storage', priority: 1 as const };
  expect(bell.own([storage], 0)).toEqual([{ tone: 'technical', priority: 1, id: 'own/storage' }]);
  expect(bell.own([storage], 10_000)).toEqual([]);
  expect(bell.tick(14_999)).toEqual([]);
  expect(bell.tick(15_000)).toHaveLength(1);
  expect(bell.own([], 20_000)).toEqual([]);
  expect(bell.tick(60_000)).toEqual([]);
  expect(bell.own([storage], 61_000)).toHaveLength(1);
  expect(gainFor({ volume: 0, muted: true }, storage.priority)).toBe(LEAST_FOR_FIRST);
});

test('a silent kind has a sound of its own', () => {
  const bell = new Bell();
  expect(bell.hear(fresh(row('a', { silent: true, group: 'PERS' })), 0)[0]?.tone).toBe('silent');
});

test('a storm of one class is one sound, the most urgent class first', () => {
  const bell = new Bell();
  const storm = Array.from({ length: 500 }, (_, n) => row(`t${n}`, { priority: 4, rank: null, group: 'TECH' }));
  const rings = bell.hear(fresh(...storm, row('f')), 0);
  expect(rings.map((ring) => ring.tone)).toEqual(['fire', 'technical']);
});

test('a priority 1 cannot be muted', () => {
  expect(gainFor({ volume: 0, muted: true }, 1)).toBe(LEAST_FOR_FIRST);
  expect(gainFor({ volume: 0.9, muted: true }, 2)).toBe(0);
  expect(gainFor({ volume: 0.9, muted: false }, 1)).toBe(0.9);
});

test('a missed deadline rings at once, twice as often and louder, also for who has taken it', () => {
  const bell = new Bell();
  const waiting = row('a');
  bell.hear(fresh(waiting), 0);
  const clocks = { take: { target_at: '', limit_at: '', done_at: null, at_once: false } };
  const late = row('a', { escalated: ['take:desk'], clocks, updated: '2' });
  expect(bell.hear([{ before: waiting, after: late }], 10_000)).toEqual([{ tone: 'fire', priority: 1, id: 'a', late: true }]);
  expect(bell.tick(17_499)).toEqual([]);
  expect(bell.tick(17_500)).toHaveLength(1);
  const taken = row('a', { state: 'taken', escalated: ['take:desk'], updated: '3' });
  expect(bell.hear([{ before: late, after: taken }], 18_000)).toEqual([]);
  const act = { ...clocks.take };
  const idle = { ...taken, clocks: { act }, escalated: ['take:desk', 'act:next'], updated: '4' };
  expect(bell.hear([{ before: taken, after: idle }], 60_000)).toHaveLength(1);
  expect(gainFor({ volume: 0.4, muted: false }, 1, true)).toBe(1);
  expect(gainFor({ volume: 0, muted: true }, 3, true)).toBe(LEAST_FOR_FIRST);
});

test('a silent alarm is never louder', () => {
  const bell = new Bell();
  const rings = bell.hear(fresh(row('a', { silent: true, group: 'PERS', escalated: ['take:desk'] })), 0);
  expect(rings).toEqual([{ tone: 'silent', priority: 1, id: 'a' }]);
});
