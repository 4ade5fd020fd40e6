// The spans that reports are asked for, from days of this desk. Pure.

import { dayEnd, dayStart } from '../time';

export type Preset = 'month' | 'before' | 'year' | 'own';

export interface Days {
  /** First and last day, both counted in, as a date field has them: `2026-03-14`. */
  from: string;
  to: string;
}

const two = (n: number) => String(n).padStart(2, '0');
const text = (day: Date) => `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;

export function daysOf(preset: Exclude<Preset, 'own'>, now: number): Days {
  const today = new Date(now);
  const first = (months: number) => new Date(today.getFullYear(), today.getMonth() + months, 1);
  if (preset === 'before') {
    return { from: text(first(-1)), to: text(new Date(today.getFullYear(), today.getMonth(), 0)) };
  }
  return { from: text(first(preset === 'year' ? -11 : 0)), to: text(today) };
}

/** What the server is asked; null while the days make no span. */
export function spanOf({ from, to }: Days): { from: string; until: string } | null {
  const [since, until] = [dayStart(from), dayEnd(to)];
  return since === null || until === null || until <= since ? null : { from: since, until };
}

export function share(part: number | null, language: string): string {
  if (part === null) return '–';
  return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(part);
}

/** Seconds as the trade says them; nothing was measured: a dash. */
export function spanText(seconds: number | null): string {
  if (seconds === null) return '–';
  const whole = Math.round(seconds);
  if (whole < 120) return `${whole} s`;
  if (whole < 7_200) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}
