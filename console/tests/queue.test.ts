import { describe, expect, test } from 'vitest';
import { compare } from '../src/lib/position';
import { belongs, countByPriority, order, Queue, type Change } from '../src/lib/queue';
import type { Page, Row } from '../src/lib/types';
import { row } from './rows';

const ids = (queue: Queue) => queue.open().map((one) => one.id);
const listing = (...rows: Row[]) => Promise.resolve<Page<Row>>({ items: rows, next: null });

test('positions are compared as numbers of any length, not as words', () => {
  expect(compare('9', '10')).toBeLessThan(0);
  expect(compare('9007199254740993', '9007199254740992')).toBeGreaterThan(0);
  expect(compare('010', '10')).toBe(0);
});

describe('folding', () => {
  test('a newer row replaces an older one, an older one changes nothing', () => {
    const queue = new Queue();
    queue.fold([row('a', { updated: '10', taken_by: 'anna', state: 'taken' })]);
    expect(queue.fold([row('a', { updated: '9' })])).toBe(false);
    expect(queue.get('a')?.taken_by).toBe('anna');
    expect(queue.fold([row('a', { updated: '11' })])).toBe(true);
    expect(queue.get('a')?.taken_by).toBeNull();
  });

  test('the same row heard twice is told once', () => {
    const told: Change[] = [];
    const queue = new Queue((changes) => told.push(...changes));
    queue.fold([row('a'), row('a')]);
    queue.fold([row('a')]);
    expect(told).toHaveLength(1);
  });

  test('the same row is news when its place can be read at last', () => {
    const queue = new Queue();
    queue.fold([row('a', { updated: '7' })]);
    expect(queue.fold([row('a', { updated: '7', place: 'pier 4' })])).toBe(true);
    expect(queue.fold([row('a', { updated: '7' })])).toBe(false);
    expect(queue.get('a')?.place).toBe('pier 4');
  });

  test('a closed row leaves the list, and an older word does not bring it back', () => {
    const queue = new Queue();
    queue.fold([row('a')]);
    queue.fold([row('a', { updated: '5', state: 'closed', closed_at: '2026-11-23T02:20:00Z' })]);
    queue.fold([row('a', { updated: '4' })]);
    expect(ids(queue)).toEqual([]);
    expect(queue.closed().map((one) => one.id)).toEqual(['a']);
  });

  test('a reopened row is open again', () => {
    const queue = new Queue();
    queue.fold([row('a', { state: 'closed' })]);
    queue.fold([row('a', { updated: '2', state: 'taken' })]);
    expect(ids(queue)).toEqual(['a']);
    expect(queue.closed()).toEqual([]);
  });
});

test('a row that moves is put where it belongs among ten thousand, and the others stay as they were', () => {
  const queue = new Queue();
  const at = (n: number) => new Date(Date.UTC(2026, 10, 23) + n * 1_000).toISOString();
  const all = Array.from({ length: 10_000 }, (_, n) =>
    row(`i${n}`, { number: n, priority: (1 + (n % 5)) as Row['priority'], queued_at: at(n) }),
  );
  queue.fold(all);
  const sorted = (rows: readonly Row[]) => [...rows].sort(order).map((one) => one.id);
  expect(ids(queue)).toEqual(sorted(all));
  expect(queue.open()).toBe(queue.open());

  const changed = [
    row('i7', { number: 7, priority: 1, queued_at: at(7), updated: '2' }),
    row('i9999', { number: 9_999, priority: 5, queued_at: at(-1), updated: '2' }),
    row('i4', { number: 4, priority: 5, state: 'closed', updated: '2' }),
    row('new', { number: 10_001, priority: 3, queued_at: at(20) }),
  ];
  for (const one of changed) queue.fold([one]);
  const left = all.filter(({ id }) => !['i7', 'i9999', 'i4'].includes(id));
  expect(ids(queue)).toEqual(sorted([...left, ...changed.filter(({ id }) => id !== 'i4')]));
});

test('rows wait by priority, rank, age', () => {
  const queue = new Queue();
  queue.fold([
    row('young', { priority: 2, rank: null, opened_at: '2026-11-23T02:14:09Z' }),
    row('old', { priority: 2, rank: null, opened_at: '2026-11-23T02:14:08Z' }),
    row('low', { priority: 4, rank: null, opened_at: '2026-11-22T00:00:00Z' }),
    row('detector', { priority: 1, rank: 3, opened_at: '2026-11-23T01:00:00Z' }),
    row('mayday', { priority: 1, rank: 1, opened_at: '2026-11-23T02:14:10Z' }),
    row('unranked', { priority: 1, rank: null, opened_at: '2026-11-23T00:00:00Z' }),
  ]);
  expect(ids(queue)).toEqual(['mayday', 'detector', 'unranked', 'old', 'young', 'low']);
  expect(countByPriority(queue.open())).toEqual({ 1: 3, 2: 2, 3: 0, 4: 1, 5: 0 });
});

describe('reloading', () => {
  test('what is no longer listed is gone', async () => {
    const queue = new Queue();
    queue.fold([row('a'), row('b')]);
    await queue.reload(() => listing(row('b')));
    expect(ids(queue)).toEqual(['b']);
  });

  test('what the stream told meanwhile stays, though the older answer lacks it', async () => {
    const queue = new Queue();
    queue.fold([row('a')]);
    await queue.reload(() => {
      queue.fold([row('b', { updated: '7' })]);
      queue.fold([row('a', { updated: '8', taken_by: 'anna', state: 'taken' })]);
      return listing(row('a'));
    });
    expect(ids(queue)).toEqual(['a', 'b']);
    expect(queue.get('a')?.taken_by).toBe('anna');
  });

  test('what the stream closed meanwhile does not come back', async () => {
    const queue = new Queue();
    await queue.reload(() => {
      queue.fold([row('a', { updated: '9', state: 'closed' })]);
      return listing(row('a'));
    });
    expect(ids(queue)).toEqual([]);
  });

  test('the first rows of a long list are there while the rest is on its way', async () => {
    const queue = new Queue();
    let rest: (page: Page<Row>) => void = () => undefined;
    const second = new Promise<Page<Row>>((resolve) => (rest = resolve));
    const first = Promise.resolve<Page<Row>>({ items: [row('1')], next: 'x' });
    const reloaded = queue.reload((after) => (after === null ? first : second));
    await first;
    await Promise.resolve();
    expect(ids(queue)).toEqual(['1']);
    rest({ items: [row('2')], next: null });
    await reloaded;
    expect(ids(queue)).toEqual(['1', '2']);
  });

  test('every page is read', async () => {
    const queue = new Queue();
    const pages: Record<string, Page<Row>> = {
      '': { items: [row('1')], next: 'x' },
      x: { items: [row('2')], next: null },
    };
    await queue.reload((after) => Promise.resolve(pages[after ?? ''] as Page<Row>));
    expect(ids(queue)).toEqual(['1', '2']);
  });
});

test('each view shows its own', () => {
  const mine = row('a', { state: 'taken', taken_by: 'anna', first_taken_at: '2026-11-23T02:15:00Z' });
  const held = row('b', { state: 'held', held_by: 'anna', first_taken_at: '2026-11-23T02:15:00Z' });
  const fresh = row('c');
  const back = row('d', { first_taken_at: '2026-11-23T02:15:00Z' });
  const shown = (filter: 'all' | 'mine' | 'untouched' | 'held') =>
    [mine, held, fresh, back].filter((one) => belongs(one, filter, 'anna')).map((one) => one.id);
  expect(shown('all')).toEqual(['a', 'b', 'c', 'd']);
  expect(shown('mine')).toEqual(['a', 'b']);
  expect(shown('untouched')).toEqual(['c']);
  expect(shown('held')).toEqual(['b']);
});
