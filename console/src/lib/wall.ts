// What a wall is told. Shapes of the API, and how much of it fits. Pure.

import type { ClockName, Clock, OwnFault, Priority, State } from './types';

export interface WallPriority {
  priority: Priority;
  open: number;
  waiting: number;
  oldest_at: string | null;
  overdue: boolean;
}

export interface WallRow {
  id: string;
  number: number;
  kind: string;
  label: string;
  priority: Priority;
  state: State;
  /** Null where there is none, and of what is medical or of a person. */
  site: string | null;
  since: string;
  clocks: { [name in ClockName]?: Clock | null };
  by: string | null;
  silent: boolean;
}

export interface Wall {
  now: string;
  name: string;
  journal: 'open' | 'closed';
  faults: OwnFault[];
  priorities: WallPriority[];
  rows: WallRow[];
  more: number;
  held: number;
  storms: number;
  storm_until: string | null;
  outages: number;
  outage_silent: number;
  lost: number;
  on_test: number;
  test_ends: string | null;
  people: { here: number; free: number; paused: number; names: string[] | null };
  warnings: ('nobody_here' | 'nobody_ready')[];
}

/** How many rows stand in a height; one at least, and where not all do, one fewer, for the line that says so. */
export function fitting(height: number, each: number, many: number): number {
  if (each <= 0 || height <= 0) return many;
  const room = Math.max(1, Math.floor(height / each));
  return many <= room ? many : Math.max(1, room - 1);
}
