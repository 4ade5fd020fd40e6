import { expect, test } from 'vitest';
import { firsts, squares, type CoverCell } from '../src/lib/map/cover';

const cell = (latitude: number, longitude: number, unit: string | null, seconds: number | null): CoverCell => ({ latitude, longitude, unit, seconds, load: null });

test('a square is as high as the server cuts it, about as wide on the ground, and says how soon somebody is there', () => {
  const [near, nobody] = squares({ cells: [cell(54.075, -0.205, 'E 1', 290), cell(54.085, -0.205, null, null)], minutes: 10 });
  expect(near?.corners[0]?.[0]).toBeCloseTo(54.07);
  expect(near?.corners[2]?.[0]).toBeCloseTo(54.08);
  const wide = ((near?.corners[1]?.[1] ?? 0) - (near?.corners[0]?.[1] ?? 0)) * Math.cos((54.08 * Math.PI) / 180);
  expect(wide).toBeCloseTo(0.01, 4);
  expect(near?.minutes).toBe(5);
  expect(near?.late).toBeCloseTo(290 / 600);
  expect(nobody?.minutes).toBeNull();
});

test('the list says who is first in how many squares, and what nobody reaches', () => {
  const cells = [cell(0, 0, null, null), cell(0, 1, 'E 1', 70), cell(0, 2, 'E 2', 400), cell(0, 3, 'E 2', 200)];
  expect(firsts(cells)).toEqual([
    { unit: 'E 2', n: 2, from: 3, to: 7 },
    { unit: 'E 1', n: 1, from: 1, to: 1 },
    { unit: null, n: 1, from: 0, to: 0 },
  ]);
});
