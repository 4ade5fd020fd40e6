// Instants and lengths of time as an operator reads them. Pure: `now` is an argument.

import type { Clock, ClockName, Row, State } from './types';

export interface Length {
  unit: 's' | 'min' | 'h' | 'd';
  /** `42`, `3:07`, `2:05`, `4`. */
  text: string;
}

/** A length as short as it can be told apart at a glance: 42 s, 3:07 min, 2:05 h, 4 d. */
export function lengthText(ms: number): Length {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return { unit: 's', text: String(s) };
  if (s < 3_600) return { unit: 'min', text: `${Math.floor(s / 60)}:${two(s % 60)}` };
  if (s < 86_400) return { unit: 'h', text: `${Math.floor(s / 3_600)}:${two(Math.floor((s % 3_600) / 60))}` };
  return { unit: 'd', text: String(Math.floor(s / 86_400)) };
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

export interface Deadline {
  clock: ClockName;
  /** Past its target, then past its limit. */
  stage: 'running' | 'near' | 'overdue' | 'beyond';
  /** Milliseconds to the target, or since it; of what is wanted at once, to the limit. */
  ms: number;
}

export const CLOCKS: readonly ClockName[] = ['take', 'act', 'told', 'arrive'];

const NEAR_MS = 15_000;

/** In which states a clock is somebody's to keep: what waits is to be taken first. */
const RUNS: Record<ClockName, readonly State[]> = {
  take: ['pending', 'waiting', 'taken', 'held'],
  act: ['taken'],
  told: ['taken', 'held'],
  arrive: ['taken', 'held'],
};

/** The deadline that presses most now. Null where none is set or all are met. */
export function deadlineOf(row: Row, now: number): Deadline | null {
  let found: Deadline | null = null;
  for (const one of deadlinesOf(row, now)) if (!found || left(one) < left(found)) found = one;
  return found;
}

/** Every deadline that runs, in the order of CLOCKS. */
export function deadlinesOf(row: Row, now: number): Deadline[] {
  if (row.state === 'closed') return [];
  const found: Deadline[] = [];
  for (const name of CLOCKS) {
    const clock = row.clocks[name];
    if (clock && clock.done_at === null && RUNS[name].includes(row.state)) found.push({ clock: name, ...judge(clock, now) });
  }
  return found;
}

/** The clocks that were kept, or missed and then met: how long each took from when the incident opened. */
export function doneOf(row: Row): { clock: ClockName; ms: number; late: boolean }[] {
  const found: { clock: ClockName; ms: number; late: boolean }[] = [];
  for (const name of CLOCKS) {
    const clock = row.clocks[name];
    if (!clock || clock.done_at === null || clock.done_at === row.closed_at) continue;
    const done = Date.parse(clock.done_at);
    found.push({ clock: name, ms: done - Date.parse(row.opened_at), late: done > Date.parse(clock.limit_at) });
  }
  return found;
}

/** Whom clocks that still run have reached: `desk`, `next`, `supervisor` ... What was done at last troubles nobody. */
export function reachedBy(row: Row): string[] {
  return row.escalated
    .map((mark) => mark.split(':') as [ClockName, string])
    .filter(([name]) => row.clocks[name]?.done_at === null)
    .map(([, level]) => level);
}

function left({ stage, ms }: Deadline): number {
  return stage === 'overdue' || stage === 'beyond' ? -ms : ms;
}

function judge(clock: Clock, now: number): Omit<Deadline, 'clock'> {
  const limit = Date.parse(clock.limit_at);
  const left = (clock.at_once ? limit : Date.parse(clock.target_at)) - now;
  if (left >= 0) return { stage: clock.at_once || left <= NEAR_MS ? 'near' : 'running', ms: left };
  return { stage: now >= limit ? 'beyond' : 'overdue', ms: -left };
}

/** `02:14:05`, with the day before it where that is not today; in the zone named, or this machine's. */
export function clockText(at: number, now: number, language: string, zone?: string): string {
  const time = formatter(language, zone, 'time').format(at);
  const day = formatter(language, zone, 'day');
  return day.format(at) === day.format(now) ? time : `${day.format(at)} ${time}`;
}

/** The day before the month and 24 hours in every language: no date of a record may be read in two ways. */
export function localeOf(language: string): string {
  return language === 'en' ? 'en-GB' : language;
}

/** With its day and year, to the minute: for what may be years old. */
export function dayText(at: number, language: string): string {
  return new Intl.DateTimeFormat(localeOf(language), { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' }).format(at);
}

/** When a day of this desk (`2026-03-14`) begins, as an instant in UTC; null for what is no day. */
export function dayStart(day: string): string | null {
  return midnight(day, 0);
}

/** When it is over: where the next one begins, also where a day has 23 or 25 hours. */
export function dayEnd(day: string): string | null {
  return midnight(day, 1);
}

function midnight(day: string, later: number): string | null {
  const [year, month, date] = day.split('-').map(Number);
  if (!year || year < 1900 || year > 2900 || !month || !date) return null;
  return new Date(year, month - 1, date + later).toISOString();
}

export function utcText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const FORMATS = {
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  day: { day: '2-digit', month: 'short' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const made = new Map<string, Intl.DateTimeFormat>();

function formatter(language: string, zone: string | undefined, form: keyof typeof FORMATS): Intl.DateTimeFormat {
  const name = `${language}|${zone ?? ''}|${form}`;
  let one = made.get(name);
  if (!one) {
    try {
      one = new Intl.DateTimeFormat(localeOf(language), { ...FORMATS[form], ...(zone ? { timeZone: zone } : {}) });
    } catch {
      one = new Intl.DateTimeFormat(localeOf(language), { ...FORMATS[form], timeZone: 'UTC' }); // a zone unknown to this browser
    }
    made.set(name, one);
  }
  return one;
}
