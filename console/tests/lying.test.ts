import { expect, test } from 'vitest';
import { laid, lyingOf, middleOf, pulled, relaid, type Corners } from '../src/lib/map/lying';
import type { At } from '../src/lib/map/points';

const HERE: At = [54.0725, -0.2108];
const DEGREE_M = 111_195;
const metres = (one: At, other: At) =>
  Math.hypot((one[0] - other[0]) * DEGREE_M, (one[1] - other[1]) * DEGREE_M * Math.cos((HERE[0] * Math.PI) / 180));

test('a plan lies upright where it is put, as wide as it was said, in the order of the picture', () => {
  const corners = laid({ middle: HERE, width_m: 40, turn: 0 }, 2);
  const [upper_left, upper_right, lower_right] = corners;
  expect(metres(upper_left, upper_right)).toBeCloseTo(40, 1);
  expect(metres(upper_right, lower_right)).toBeCloseTo(20, 1);
  expect(upper_left[0]).toBeGreaterThan(lower_right[0]);
  expect(upper_left[1]).toBeLessThan(upper_right[1]);
  expect(middleOf(corners)[0]).toBeCloseTo(HERE[0], 6);
});

test('a quarter turn clockwise puts its upper edge to the east, and keeps its size', () => {
  const corners = laid({ middle: HERE, width_m: 40, turn: 90 }, 2);
  expect(corners[0][0]).toBeGreaterThan(corners[1][0]);
  expect(corners[0][1]).toBeCloseTo(corners[1][1], 6);
  expect(corners[0][1]).toBeGreaterThan(HERE[1]);
  expect(metres(corners[0], corners[1])).toBeCloseTo(40, 1);
});

test.each([0, 30, -120, 179])('what is said of corners lays them again (%i degrees)', (turn) => {
  const said = lyingOf(laid({ middle: HERE, width_m: 55, turn }, 1.5));
  expect(said.width_m).toBeCloseTo(55, 1);
  expect(said.turn).toBeCloseTo(turn, 1);
  expect(said.middle[1]).toBeCloseTo(HERE[1], 6);
});

test('one that is pulled askew keeps its form when it is moved, widened and turned', () => {
  const askew = pulled(laid({ middle: HERE, width_m: 40, turn: 10 }, 2), 2, [HERE[0] - 0.0003, HERE[1] + 0.0006]);
  const elsewhere = relaid(askew, { middle: [54.08, -0.2], width_m: 80, turn: 100 });
  expect(lyingOf(elsewhere).turn).toBeCloseTo(100, 1);
  const diagonal = (corners: Corners) => metres(corners[1], corners[3]) / metres(corners[0], corners[2]);
  expect(diagonal(elsewhere)).toBeCloseTo(diagonal(askew), 2);
  expect(metres(elsewhere[0], elsewhere[1])).toBeCloseTo(80, 0);
});
