// How a plan of a building lies on the map: its four corners, and the middle, width and turn that people say it by. Pure;
// a building is so small that the earth under it is flat.

import type { At } from './points';

export type Corners = readonly [At, At, At, At];

export interface Lying {
  middle: At;
  /** Of the picture's upper edge. */
  width_m: number;
  /** Clockwise from the picture standing upright, -180 to 180. */
  turn: number;
}

const DEGREE_M = 111_195;

type Metres = readonly [east: number, north: number];

const wide = (latitude: number) => DEGREE_M * Math.max(0.01, Math.cos((latitude * Math.PI) / 180));
const from = (origin: At, at: At): Metres => [(at[1] - origin[1]) * wide(origin[0]), (at[0] - origin[0]) * DEGREE_M];
const to = (origin: At, [east, north]: Metres): At => [round(origin[0] + north / DEGREE_M), round(origin[1] + east / wide(origin[0]))];
const round = (degrees: number) => Number(degrees.toFixed(7));

export function middleOf(corners: Corners): At {
  const mean = (n: 0 | 1) => round(corners.reduce((sum, at) => sum + at[n], 0) / 4);
  return [mean(0), mean(1)];
}

/** An upright picture of so many metres, turned. `aspect` is its width by its height. */
export function laid({ middle, width_m, turn }: Lying, aspect: number): Corners {
  const [x, y] = [width_m / 2, width_m / aspect / 2];
  const at = (east: number, north: number) => to(middle, turnedBy([east, north], turn));
  return [at(-x, y), at(x, y), at(x, -y), at(-x, -y)];
}

/** What people say of corners; of a picture that is pulled askew its upper edge counts. */
export function lyingOf(corners: Corners): Lying {
  const [east, north] = from(corners[0], corners[1]);
  return { middle: middleOf(corners), width_m: Math.hypot(east, north), turn: (-Math.atan2(north, east) * 180) / Math.PI };
}

/** The same form elsewhere, wider or narrower, turned otherwise. */
export function relaid(corners: Corners, wanted: Lying): Corners {
  const now = lyingOf(corners);
  const factor = wanted.width_m / now.width_m;
  const each = (at: At) => {
    const [east, north] = turnedBy(from(now.middle, at), wanted.turn - now.turn);
    return to(wanted.middle, [east * factor, north * factor]);
  };
  return [each(corners[0]), each(corners[1]), each(corners[2]), each(corners[3])];
}

/** With one corner elsewhere. */
export function pulled(corners: Corners, n: number, at: At): Corners {
  return corners.map((one, m) => (m === n ? at : one)) as unknown as Corners;
}

function turnedBy([east, north]: Metres, degrees: number): Metres {
  const turn = (-degrees * Math.PI) / 180;
  return [east * Math.cos(turn) - north * Math.sin(turn), east * Math.sin(turn) + north * Math.cos(turn)];
}
