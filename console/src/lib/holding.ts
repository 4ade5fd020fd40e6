// For how long an incident may be held: the choices, cut at what its priority allows (a priority 1 five minutes, a
// priority 2 fifteen, the rest a day). The server has the last word; the console does not offer what it would refuse.

import type { Priority } from './types';

export const MINUTE_MS = 60_000;
const CHOICES_MIN = [5, 15, 30, 60, 240, 480, 1_440];

export function longestHoldMs(priority: Priority): number {
  return (priority === 1 ? 5 : priority === 2 ? 15 : 1_440) * MINUTE_MS;
}

/** Minutes that may be chosen. */
export function holdChoices(priority: Priority): number[] {
  return CHOICES_MIN.filter((minutes) => minutes * MINUTE_MS <= longestHoldMs(priority));
}

/** The next instant at which a clock in a zone shows `HH:MM`, as this machine's zone has it; null for nonsense. */
export function nextAt(clock: string, now: number): number | null {
  const match = /^(\d{1,2}):(\d{2})$/.exec(clock);
  if (!match) return null;
  const at = new Date(now);
  at.setHours(Number(match[1]), Number(match[2]), 0, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at.getTime();
}
