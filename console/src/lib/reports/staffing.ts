// How many people the room wants: what the server tells, and how it is written. Pure.

import { share, spanText } from './span';

export interface Outlook {
  people: number;
  in_time: number;
  wait_s: number | null;
  gives_up: number;
}

export interface Quarter {
  begins: number;
  per_hour: number;
  erlang: number | null;
  waiting: Outlook | null;
  patient: Outlook | null;
  given: Outlook | null;
}

export interface Staffing {
  weekday: number;
  days: number;
  arrivals: number;
  handled: number;
  handling_s: number | null;
  thin: boolean;
  quarters: Quarter[];
}

export interface Asks {
  day: number;
  target: number;
  within: number;
  patience: number;
  weeks: number;
  people: number | null;
}

/** What the server is asked; null while a field holds what cannot be. */
export function queryOf(asks: Asks): Record<string, string> | null {
  const { people, ...rest } = asks;
  const within = (value: number, least: number, most: number) => Number.isFinite(value) && value >= least && value <= most;
  const good = within(asks.target, 1, 99.9) && within(asks.within, 1, 3600) && within(asks.patience, 1, 86_400) && within(asks.weeks, 1, 52);
  if (!good || (people !== null && !(Number.isInteger(people) && within(people, 0, 1000)))) return null;
  const named = people === null ? rest : { ...rest, people };
  return Object.fromEntries(Object.entries(named).map(([name, value]) => [name, String(value)]));
}

const two = (n: number) => String(n).padStart(2, '0');

export function clockOf(minutes: number): string {
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** One line of the table, as text. `endless` is what a wait is called that grows for ever. */
export function lineOf(quarter: Quarter, language: string, endless: string): string[] {
  const n = (value: number | null) => (value === null ? '–' : new Intl.NumberFormat(language, { maximumFractionDigits: 1 }).format(value));
  const { waiting, patient, given } = quarter;
  const line = [
    clockOf(quarter.begins),
    n(quarter.per_hour),
    n(quarter.erlang),
    n(waiting?.people ?? null),
    share(waiting?.in_time ?? null, language),
    n(patient?.people ?? null),
    share(patient?.gives_up ?? null, language),
  ];
  return given === null ? line : [...line, share(given.in_time, language), given.wait_s === null ? endless : spanText(given.wait_s)];
}

export function weekdaysOf(language: string): string[] {
  const monday = Date.UTC(2024, 0, 1);
  const name = new Intl.DateTimeFormat(language, { weekday: 'long', timeZone: 'UTC' });
  return [0, 1, 2, 3, 4, 5, 6].map((day) => name.format(monday + day * 86_400_000));
}
