// What the centre says of people who work together. Shapes of the API, and what a screen derives from them. Pure.

import type { Priority, State } from './types';

export interface Duty {
  duty: 'by_hand' | 'ready' | 'paused';
  /** Where the centre paused somebody. */
  why: 'idle' | 'away' | null;
  since: string | null;
  /** The next one comes then. */
  grace_until: string | null;
  /** The incident that one was handed and has. */
  handed: string | null;
}

/** How long the line may have been away for who sat ready to be ready again by himself: as long as the centre itself
 * waits for a console that was lost. */
export const READY_AGAIN_WITHIN_MS = 30_000;

/** Whether a centre that was restarted has forgotten that somebody sat ready: it says `by hand` of who never said so. */
export function isForgotten(before: Duty | null, told: Duty, awayMs: number): boolean {
  return before?.duty === 'ready' && told.duty === 'by_hand' && told.since === null && awayMs <= READY_AGAIN_WITHIN_MS;
}

export interface OnFloor {
  id: string;
  number: number;
  kind: string;
  label: string;
  priority: Priority;
  state: State;
  site: string | null;
  since: string;
}

export interface Oldest {
  priority: Priority;
  waiting: number;
  oldest: OnFloor | null;
  overdue: boolean;
}

export interface Person {
  name: string;
  presence: 'ready' | 'by_hand' | 'paused' | 'away';
  why: 'idle' | 'away' | null;
  since: string | null;
  free: boolean;
  holds: OnFloor[];
}

export interface RunningClock {
  incident: OnFloor;
  clock: string;
  target_at: string;
  limit_at: string;
  stage: 'ahead' | 'due' | 'missed';
  by: string | null;
}

export interface SkippedStep {
  incident: string;
  number: number;
  kind: string;
  label: string;
  by: string;
  at: string;
  step: string | null;
  demanded: boolean;
}

export interface Floor {
  now: string;
  oldest: Oldest[];
  people: Person[];
  clocks: RunningClock[];
  clocks_count: number;
  missed_count: number;
  skipped: SkippedStep[];
  /** Whose contacts were all called in vain. */
  unreached: OnFloor[];
  warnings: ('nobody_here' | 'nobody_ready')[];
}

export interface Abilities {
  name: string;
  skills: string[];
  speaks: string[];
}

export interface AbilitiesList {
  items: Abilities[];
  skills: string[];
}

export interface Refused {
  reason: string;
  count: number;
  incidents: string[];
}

export interface BulkAct {
  id: string;
  act: 'close' | 'release' | 'assign';
  state: 'preview' | 'running' | 'done';
  matched: number;
  done: number;
  refused: Refused[];
  upto: number;
}

/** How many were left as they are. */
export function left(act: BulkAct): number {
  return act.refused.reduce((sum, group) => sum + group.count, 0);
}

/** The languages that were typed, in any of the ways in which people part words. */
export function languages(typed: string): string[] {
  return [...new Set(typed.toLowerCase().split(/[\s,;]+/).filter(Boolean))];
}
