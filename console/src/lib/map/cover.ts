// What free units reach in time, as squares on the map and as lines of a list that says the same. Pure.

import type { At } from './points';

export interface CoverCell {
  latitude: number;
  longitude: number;
  unit: string | null;
  seconds: number | null;
  load: number | null;
}

export interface CoverNow {
  service: string;
  minutes: number;
  free: number;
  share: number;
  cells: CoverCell[];
  how: string[];
  fell_back: string | null;
  moves: {
    items: { unit: string; to: string; seconds: number }[];
    before: number;
    after: number;
    won: number;
    lost: number;
    proven: boolean;
  } | null;
  why_none: string | null;
}

/** A square of the ground: `minutes` null where nobody is in time; `late` 0 to 1 of the time that was asked for. */
export interface Square {
  id: string;
  corners: readonly At[];
  minutes: number | null;
  late: number;
}

/** Height of a square in degrees, as the server cuts the ground. */
const HIGH = 0.01;
const NARROWEST = 0.01;

export function squares({ cells, minutes }: Pick<CoverNow, 'cells' | 'minutes'>): Square[] {
  return cells.map(({ latitude, longitude, unit, seconds }) => {
    const row = Math.floor(latitude / HIGH);
    const edge = Math.min(90, Math.max(Math.abs(row), Math.abs(row + 1)) * HIGH);
    const wide = HIGH / Math.max(NARROWEST, Math.cos((edge * Math.PI) / 180));
    const [south, north] = [row * HIGH, (row + 1) * HIGH];
    const west = Math.round(longitude / wide - 0.5) * wide; // the middle is told to three places, its square is exact
    const east = west + wide;
    const there = unit === null || seconds === null ? null : seconds / 60;
    return {
      id: `${latitude},${longitude}`,
      corners: [[south, west], [south, east], [north, east], [north, west]],
      minutes: there === null ? null : Math.max(1, Math.round(there)),
      late: there === null ? 1 : Math.min(1, there / minutes),
    };
  });
}

export interface First {
  unit: string | null;
  n: number;
  from: number;
  to: number;
}

/** Who is first in how many squares, the most first; whatever nobody reaches last. */
export function firsts(cells: readonly CoverCell[]): First[] {
  const by = new Map<string | null, number[]>();
  for (const { unit, seconds } of cells) {
    const minutes = by.get(unit) ?? [];
    minutes.push(unit === null || seconds === null ? 0 : Math.max(1, Math.round(seconds / 60)));
    by.set(unit, minutes);
  }
  return [...by]
    .map(([unit, minutes]) => ({ unit, n: minutes.length, from: Math.min(...minutes), to: Math.max(...minutes) }))
    .sort((one, other) => Number(one.unit === null) - Number(other.unit === null) || other.n - one.n);
}
