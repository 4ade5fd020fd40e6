// Whose shift is over while he is on duty is asked: does he stay on? The centre signs nobody off whose unit is busy. Pure.

import type { Unit } from '../units/types';

export interface Over {
  /** When his shift ended. */
  at: string;
  /** His unit is bound to something: signing off waits until it is free, unless others of its crew stay. */
  busy: boolean;
  alone: boolean;
}

/** How many hours longer somebody may stay with one tap. */
export const LONGER_H = [1, 2, 4] as const;

/** Null: he is within his shift, or signed on without an end. `now` in milliseconds of the centre's clock. */
export function overOf(unit: Unit, user: string, now: number): Over | null {
  const me = unit.crew.find((one) => one.user === user);
  if (!me?.until || Date.parse(me.until) > now) return null;
  const busy = unit.assignment !== null || unit.status === 'distress';
  return { at: me.until, busy, alone: unit.crew.length === 1 };
}
