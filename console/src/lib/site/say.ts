// The values of a site in the operator's words: for the card, the holder's page, and what two people changed.

import { length, t, word } from '../i18n.svelte';
import { kinds } from '../kinds.svelte';
import { prefs } from '../prefs.svelte';
import type { Fields, Section } from './draft';
import type { Absence, Interval, OpeningWindow, PhoneNumber, Schedule, ScheduleException, WeekWindow } from './types';
import { clockOf, DAY, daysText } from './week';

export function dayNames(): string[] {
  const names = Array.from({ length: 7 }, (_, day) =>
    new Intl.DateTimeFormat(prefs.language, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, 1 + day)),
  );
  return [...names, t('week.holidays')];
}

export function days(of: readonly number[]): string {
  return daysText(of, dayNames());
}

export function hoursText({ days: of, since, until }: WeekWindow): string {
  const whole = since === 0 && until === DAY;
  return whole ? days(of) : `${days(of)} ${clockOf(since)}–${clockOf(until)}`;
}

export function openingText(window: OpeningWindow): string {
  const range = (a: number, b: number) => (a === b ? clockOf(a) : `${clockOf(a)}–${clockOf(b)}`);
  const times = {
    opens: range(window.opens_from, window.opens_until),
    closes: range(window.closes_from, window.closes_until),
  };
  const said = t(window.must_open ? 'week.opens' : 'week.may_open', times);
  return window.days.length > 0 ? `${days(window.days)}: ${said}` : said;
}

export function intervalText(window: Interval, kind: string): string {
  const said =
    kind === 'test'
      ? t('week.test', { time: clockOf(window.since) })
      : t('week.every', {
          every: length(window.every_s * 1_000),
          from: clockOf(window.since),
          until: clockOf(window.until),
        });
  return window.days.length > 0 ? `${days(window.days)}: ${said}` : said;
}

export function windowsOf(schedule: Pick<Schedule, 'openings' | 'intervals'>, kind: string): string[] {
  return [...schedule.openings.map(openingText), ...schedule.intervals.map((one) => intervalText(one, kind))];
}

export function dateText(date: string): string {
  const at = Date.parse(`${date}T12:00:00Z`);
  if (Number.isNaN(at)) return date;
  const form = { day: '2-digit', month: 'short', year: 'numeric', timeZone: 'UTC' } as const;
  return new Intl.DateTimeFormat(prefs.language, form).format(at);
}

export function instantText(at: string, zone: string): string {
  const form = { day: '2-digit', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' } as const;
  try {
    return new Intl.DateTimeFormat(prefs.language, { ...form, hourCycle: 'h23', timeZone: zone }).format(Date.parse(at));
  } catch {
    return at;
  }
}

export function exceptionText(one: ScheduleException, kind: string): string {
  const when = one.first === one.last ? dateText(one.first) : `${dateText(one.first)} – ${dateText(one.last)}`;
  const windows = windowsOf(one, kind).join('; ') || t(kind === 'opening' ? 'week.shut' : 'week.nothing');
  return `${when}${one.label ? ` (${one.label})` : ''}: ${windows}`;
}

/** What a piece of a site is called. */
export function pieceName(section: Section, piece: Fields): string {
  const text = (name: string) => String(piece[name] ?? '');
  switch (section) {
    case 'areas':
    case 'zones':
      return [text('number'), text('name')].filter(Boolean).join(' ');
    case 'codes':
      return [text('code'), piece.zone ? t('where.zone', { zone: text('zone') }) : ''].filter(Boolean).join(', ');
    case 'paths':
      return text('label') || text('name');
    case 'schedules':
      return text('name') || word('schedule', text('kind'));
    default:
      return text('name');
  }
}

export function fieldName(section: Section, field: string): string {
  return word(`f.${section}`, field);
}

const CHOICES: Record<string, string> = {
  'contacts.role': 'contact.role',
  'zones.hazard': 'hazard',
  'paths.technology': 'technology',
  'schedules.kind': 'schedule',
  'agencies.type': 'agency',
  'agencies.response': 'response',
  'details.risk': 'risk',
  'account.type': 'type',
};

/** A value of a field, on one line. */
export function valueText(section: Section, field: string, value: unknown, zone: string): string {
  if (value === null || value === undefined || value === '') return t('value.none');
  if (typeof value === 'boolean') return t(value ? 'value.yes' : 'value.no');
  const list = CHOICES[`${section}.${field}`];
  if (list) return word(list, String(value));
  if (section === 'codes' && field === 'kind') return kinds.label({ kind: String(value), label: String(value) });
  if (!Array.isArray(value)) return String(value);
  if (value.length === 0) return t('value.none');
  const texts: Record<string, (one: never) => string> = {
    numbers: (one: PhoneNumber) => [one.label, one.number].filter(Boolean).join(' '),
    premises: (one: PhoneNumber) => [one.label, one.number].filter(Boolean).join(' '),
    hours: hoursText,
    absences: (one: Absence) => `${instantText(one.since, zone)} – ${instantText(one.until, zone)}`,
    lists: (one: string) => word('list', one),
    authority: (one: string) => word('authority', one),
    openings: openingText,
    intervals: (one: Interval) => intervalText(one, ''),
    exceptions: (one: ScheduleException) => exceptionText(one, one.intervals.length > 0 ? 'check_in' : 'opening'),
  };
  const say = (texts[field] ?? String) as (one: unknown) => string;
  return value.map(say).join('; ');
}
