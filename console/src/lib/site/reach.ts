// Whom to call now, and who cannot be called and why. Pure: the instant is an argument.
//
// The one at the desk decides; this puts whom the site named into its own order and says what is in the way.

import type { CallList, Contact, WeekWindow } from './types';
import { localMinute } from './week';

export type Why = 'absent' | 'hours' | 'no_number' | 'other_list';

export interface Reach {
  contact: Contact;
  /** What is in the way; null: call him. */
  why: Why | null;
  /** Until when he is absent. */
  until: string | null;
}

/** The site's contacts for one kind of call: those to call first, in the site's order, then the others. */
export function callOrder(contacts: readonly Contact[], list: CallList | null, at: number, zone: string): Reach[] {
  const ordered = [...contacts].sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
  const judged = ordered.map((contact) => judge(contact, list, at, zone));
  const rank = (one: Reach) => (one.why === null ? 0 : one.why === 'other_list' ? 2 : 1);
  return judged.sort((a, b) => rank(a) - rank(b));
}

function judge(contact: Contact, list: CallList | null, at: number, zone: string): Reach {
  const say = (why: Why | null, until: string | null = null): Reach => ({ contact, why, until });
  if (list !== null && contact.lists.length > 0 && !contact.lists.includes(list)) return say('other_list');
  const absence = contact.absences.find(({ since, until }) => Date.parse(since) <= at && at < Date.parse(until));
  if (absence) return say('absent', absence.until);
  if (contact.hours.length > 0 && !contact.hours.some((window) => within(window, at, zone))) return say('hours');
  return say(contact.numbers.length > 0 ? null : 'no_number');
}

/** Whether a weekly window holds. One that ends before or as it begins reaches into the next day. */
export function within(window: WeekWindow, at: number, zone: string): boolean {
  const { day, minute } = localMinute(at, zone);
  const { days, since, until } = window;
  if (until > since) return days.includes(day) && since <= minute && minute < until;
  return (days.includes(day) && minute >= since) || (days.includes((day + 6) % 7) && minute < until);
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
  return `tel:${number.replace(/[^0-9+*#,;]/g, '')}`;
}
