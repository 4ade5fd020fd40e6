// Whom to call now, and who cannot be called and why. Pure: the instant is an argument.
//
// The one at the desk decides; this puts whom the site named into its own order and says what is in the way.

import { dialLink } from '../dial';
import type { CallList, Contact, WeekWindow } from './types';
import { dayBefore, HOLIDAY, localMinute } from './week';

export type Why = 'absent' | 'hours' | 'no_number' | 'other_list';

export interface Reach {
  contact: Contact;
  /** What is in the way; null: call him. */
  why: Why | null;
  /** Until when he is absent. */
  until: string | null;
}

/** When and where is asked, and which days about now are public holidays there. */
export interface Here {
  at: number;
  zone: string;
  holidays: readonly string[];
}

/** The site's contacts for one kind of call: those to call first, in the site's order, then the others. */
export function callOrder(contacts: readonly Contact[], list: CallList | null, here: Here): Reach[] {
  const ordered = [...contacts].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  const judged = ordered.map((contact) => judge(contact, list, here));
  const rank = (one: Reach) => (one.why === null ? 0 : one.why === 'other_list' ? 2 : 1);
  return judged.sort((a, b) => rank(a) - rank(b));
}

function judge(contact: Contact, list: CallList | null, here: Here): Reach {
  const say = (why: Why | null, until: string | null = null): Reach => ({ contact, why, until });
  if (list !== null && contact.lists.length > 0 && !contact.lists.includes(list)) return say('other_list');
  const absence = contact.absences.find(({ since, until }) => Date.parse(since) <= here.at && here.at < Date.parse(until));
  if (absence) return say('absent', absence.until);
  if (contact.hours.length > 0 && !inHours(contact.hours, here)) return say('hours');
  return say(contact.numbers.length > 0 ? null : 'no_number');
}

/**
 * Whether one of the weekly windows holds. On a public holiday those of holidays count in place of those of the weekday,
 * if any of them names holidays: of whom nobody said what holds then, the weekdays do.
 */
export function inHours(hours: readonly WeekWindow[], { at, zone, holidays }: Here): boolean {
  const { date, day, minute } = localMinute(at, zone);
  const named = hours.some(({ days }) => days.includes(HOLIDAY));
  const dayOf = (on: string, weekday: number) => (named && holidays.includes(on) ? HOLIDAY : weekday);
  const today = dayOf(date, day);
  const before = dayOf(dayBefore(date), (day + 6) % 7);
  return hours.some((window) => within(window, today, before, minute));
}

/** Whether a window holds. One that ends before or as it begins reaches into the next day. */
function within({ days, since, until }: WeekWindow, today: number, before: number, minute: number): boolean {
  if (until > since) return days.includes(today) && since <= minute && minute < until;
  return (days.includes(today) && minute >= since) || (days.includes(before) && minute < until);
}

const LISTS: Record<string, CallList> = {
  FIRE: 'fire',
  MED: 'care',
  PERS: 'intrusion',
  PROP: 'intrusion',
  TECH: 'technical',
};

/** The list of calls that a kind is for; null: whoever is named. */
export function listOf(kind: string): CallList | null {
  if (kind.startsWith('PROP.OPEN') || kind.startsWith('PROP.CLOSE')) return 'open_close';
  return LISTS[kind.split('.')[0] ?? ''] ?? null;
}

/** What a telephone dials: digits and the signs that mean something to it. */
export function dialOf(number: string): string {
  return dialLink(number);
}
