// Agreements about what may leave by machine, as the HTTP interface sends them, and what a form makes of one. Pure.

import { dayEnd } from '../time';

export const FIELDS = ['received_at', 'account', 'area', 'zone', 'code', 'kind'] as const;
export type AgreedField = (typeof FIELDS)[number];

export interface Agreement {
  id: string;
  partner: string;
  kinds: string[];
  fields: AgreedField[];
  why: string;
  begins: string;
  ends: string;
  medical: boolean;
  person: boolean;
  tenant: string | null;
  made_by: string;
  ended_at: string | null;
  ended_by: string | null;
  holds: boolean;
}

/** Groups of which nothing goes unless that is said in so many words. */
export const GUARDED: Readonly<Record<string, 'medical' | 'person'>> = { MED: 'medical', PERS: 'person' };
/** What has no listed type stays in the control room. */
export const ROOM_ONLY = 'ADM.UNKNOWN';

export const SOON_DAYS = 30;
export const MONTHS_MOST = 12;
const DAY_MS = 86_400_000;

export type Standing = 'holds' | 'soon' | 'over' | 'ended' | 'later';

export function standingOf(one: Agreement, now: number): Standing {
  if (one.ended_at !== null && Date.parse(one.ended_at) <= now) return 'ended';
  if (Date.parse(one.ends) <= now) return 'over';
  if (Date.parse(one.begins) > now) return 'later';
  return Date.parse(one.ends) - now <= SOON_DAYS * DAY_MS ? 'soon' : 'holds';
}

/** Whole days that are left; the last one counts. */
export function daysLeft(one: Agreement, now: number): number {
  return Math.max(0, Math.ceil((Date.parse(one.ends) - now) / DAY_MS));
}

export interface Draft {
  partner: string;
  why: string;
  /** Codes, or the code of a group for all of it. */
  kinds: string[];
  fields: AgreedField[];
  medical: boolean;
  person: boolean;
  /** The last day, such as `2027-03-14`. */
  until: string;
}

export const empty = (): Draft => ({ partner: '', why: '', kinds: [], fields: [], medical: false, person: false, until: '' });

/** A day so many months after another one, less a day: what is made today for a year is over before the same day. */
export function dayAfter(today: Date, months: number): string {
  const last = new Date(today.getFullYear(), today.getMonth() + months + 1, 0).getDate();
  const day = new Date(today.getFullYear(), today.getMonth() + months, Math.min(today.getDate(), last) - 1);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

/** With a group or without it; all of a group stands for each of its kinds. */
export function chosen(kinds: readonly string[], code: string, on: boolean): string[] {
  const [group] = code.split('.');
  const others = kinds.filter((one) => one !== code && !(code === group && one.startsWith(`${group}.`)));
  return on ? [...others, code].sort() : others;
}

/** What is missing before it can be sent, by the name of its field. */
export function missing(draft: Draft): (keyof Draft)[] {
  const lacks: (keyof Draft)[] = [];
  if (draft.partner.trim() === '') lacks.push('partner');
  if (draft.kinds.length === 0) lacks.push('kinds');
  if (draft.fields.length === 0) lacks.push('fields');
  if (draft.why.trim() === '') lacks.push('why');
  if (dayEnd(draft.until) === null) lacks.push('until');
  return lacks;
}

/** A kind of a guarded group counts only together with its switch. */
export function body(draft: Draft): Record<string, unknown> {
  const kinds = draft.kinds.filter((code) => {
    const guard = GUARDED[code.split('.')[0] as string];
    return guard === undefined || draft[guard];
  });
  return { partner: draft.partner.trim(), kinds, fields: draft.fields, why: draft.why.trim(), ends: dayEnd(draft.until), medical: draft.medical, person: draft.person };
}
