import { expect, test } from 'vitest';
import { partOf } from '../src/lib/window';

const heights = Array.from({ length: 20_000 }, (_, n) => 40 + (n % 3) * 10);
const total = heights.reduce((sum, height) => sum + height, 0);

test('only what is seen is drawn, and the list keeps its length', () => {
  for (const top of [0, 123_456, total - 500]) {
    const part = partOf(heights, top, 600);
    const drawn = heights.slice(part.from, part.to).reduce((sum, height) => sum + height, 0);
    expect(part.to - part.from).toBeLessThan(40);
    expect(part.before).toBeLessThanOrEqual(top);
    expect(part.before + drawn).toBeGreaterThanOrEqual(Math.min(top + 600, total));
    expect(part.before + drawn + part.after).toBe(total);
  }
});

test('an empty list has no part', () => {
  expect(partOf([], 0, 600)).toEqual({ from: 0, to: 0, before: 0, after: 0 });
});
