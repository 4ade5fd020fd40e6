import { describe, expect, test } from 'vitest';
import { clockText, deadlineOf, deadlinesOf, doneOf, lengthText, utcText } from '../src/lib/time';
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
  expect(clockText(at, at + 86_400_000, 'en', 'Europe/Berlin')).toBe('23 Nov 03:14:05');
  expect(clockText(at, at, 'en-GB', 'Moon/Base')).toBe('02:14:05');
  expect(utcText(at)).toBe('2026-11-23 02:14:05 UTC');
});

describe('deadlines', () => {
  const take = { target_at: '2026-11-23T02:14:35Z', limit_at: '2026-11-23T02:15:05Z', done_at: null, at_once: false };
  const waiting = row('a', { clocks: { take } });

  test('count down, then say by how much they were missed', () => {
    expect(deadlineOf(waiting, at)).toEqual({ clock: 'take', stage: 'running', ms: 30_000 });
    expect(deadlineOf(waiting, at + 20_000)?.stage).toBe('near');
    expect(deadlineOf(waiting, at + 42_000)).toEqual({ clock: 'take', stage: 'overdue', ms: 12_000 });
    expect(deadlineOf(waiting, at + 60_000)?.stage).toBe('beyond');
  });

  test('are over once met; acting has its own after the take', () => {
    const done = { ...take, done_at: '2026-11-23T02:14:20Z' };
    const act = { target_at: '2026-11-23T02:15:05Z', limit_at: '2026-11-23T02:15:35Z', done_at: null, at_once: false };
    expect(deadlineOf(row('a', { clocks: { take: done } }), at)).toBeNull();
    expect(deadlineOf(row('a', { clocks: { take: done, act }, state: 'taken' }), at)?.clock).toBe('act');
    expect(deadlineOf(row('a'), at)).toBeNull();
  });

  const done = { ...take, done_at: '2026-11-23T02:14:17Z' };
  const told = { target_at: '2026-11-23T02:14:05Z', limit_at: '2026-11-23T02:15:35Z', done_at: null, at_once: true };
  const arrive = { target_at: '2026-11-23T02:30:00Z', limit_at: '2026-11-23T02:40:00Z', done_at: null, at_once: false };

  test('what is wanted at once counts to its limit, and presses from the beginning', () => {
    const fire = row('a', { clocks: { take: done, told, arrive }, state: 'taken' });
    expect(deadlineOf(fire, at + 10_000)).toEqual({ clock: 'told', stage: 'near', ms: 80_000 });
    expect(deadlineOf(fire, at + 91_000)).toEqual({ clock: 'told', stage: 'beyond', ms: 1_000 });
  });

  test('all that run are shown in their order, the most pressing one in the row', () => {
    const held = row('a', { clocks: { take: done, told: { ...told, done_at: done.done_at }, arrive }, state: 'held' });
    expect(deadlinesOf(held, at).map(({ clock }) => clock)).toEqual(['arrive']);
    const taken = row('a', { clocks: { take: done, told, arrive }, state: 'taken' });
    expect(deadlinesOf(taken, at).map(({ clock }) => clock)).toEqual(['told', 'arrive']);
    expect(deadlinesOf(row('a', { clocks: { take, told, arrive } }), at).map(({ clock }) => clock)).toEqual(['take']);
  });

  test('those that were kept say after how long, and whether it was late', () => {
    const late = { ...told, done_at: '2026-11-23T02:16:05Z' };
    expect(doneOf(row('a', { clocks: { take: done, told: late } }))).toEqual([
      { clock: 'take', ms: 12_000, late: false },
      { clock: 'told', ms: 120_000, late: true },
    ]);
    const closed = row('a', { clocks: { take: done, told: late }, closed_at: late.done_at, state: 'closed' });
    expect(doneOf(closed).map(({ clock }) => clock)).toEqual(['take']);
  });
});
