// Tests of sites as the API says them, and what a page makes of them. Pure.

import type { Site } from './types';

export type Tick = 'comms' | 'panic' | 'fire';
export type Reach = 'site' | 'only' | 'all_except';
export type Stage = 'running' | 'warning' | 'ended';

export const TICKS: readonly Tick[] = ['fire', 'panic', 'comms'];
export const REACHES: readonly Reach[] = ['site', 'only', 'all_except'];
export const HAZARDS = ['fire', 'gas', 'intrusion', 'panic', 'medical', 'water', 'environment', 'technical'] as const;
export type Hazard = (typeof HAZARDS)[number];

export interface Scope {
  reach: Reach;
  areas: string[];
  zones: string[];
  hazards: Hazard[];
}

export interface Expected {
  zone: string | null;
  area: string | null;
  code: string | null;
  name: string | null;
  ticked_at: string | null;
}

export interface Came {
  at: string;
  area: string | null;
  zone: string | null;
  code: string | null;
  said: string | null;
  name: string | null;
  count: number;
}

export interface Test {
  id: string;
  account_id: string;
  account: string | null;
  site: Site | null;
  stage: Stage;
  scope: Scope;
  ticks: Tick[];
  asked: { asker: 'owner' | 'technician' | 'supervisor'; proof: 'word' | 'code' | 'role'; name: string | null };
  by: string;
  since: string;
  until: string;
  warning_at: string;
  longest_until: string;
  expected: Expected[];
  ticked: number;
  missing: number;
  came: Came[];
  signals: number;
  ended_at: string | null;
  ended_by: string | null;
  how: 'time' | 'operator' | 'technician' | 'clock' | null;
  still_in_alarm: number;
}

export interface Technician {
  name: string;
  address: string;
  account: string;
  time_zone: string;
  centre: string;
  now: string;
  until: string;
  minutes_most: number;
  areas: { number: string; name: string }[];
  zones: { number: string; area: string | null; name: string; hazard: Hazard | null }[];
  test: Test | null;
}

export interface Code {
  id: string;
  code: string;
  forced: string;
  until: string;
}

/** A code that is good, but for itself; `used`: it opened its technician's page. */
export interface GoodCode {
  id: string;
  account_id: string;
  account: string | null;
  site: Site | null;
  until: string;
  by: string;
  used: boolean;
}

/** Where a test stands at an instant: the page need not ask to see it come near its end. */
export function stageAt(test: Test, now: number): Stage {
  if (test.ended_at !== null) return 'ended';
  return now >= Date.parse(test.warning_at) ? 'warning' : 'running';
}

/** Milliseconds until a test ends by itself; 0 where it is over. */
export function leftMs(test: Test, now: number): number {
  return test.ended_at === null ? Math.max(0, Date.parse(test.until) - now) : 0;
}

export const NUMBERS_MOST = 500;

/** `1-4, 12 14` as the numbers that it names; null where something of it is none. */
export function numbersOf(text: string): string[] | null {
  const found: string[] = [];
  for (const part of text.split(/[\s,;]+/).filter(Boolean)) {
    const range = /^(\d{1,5})-(\d{1,5})$/.exec(part);
    if (range) {
      const [first, last] = [Number(range[1]), Number(range[2])];
      if (last < first || last - first >= NUMBERS_MOST) return null;
      for (let n = first; n <= last; n += 1) found.push(String(n));
    } else if (/^(?=.*\d)[0-9A-Za-z._]{1,16}$/.test(part)) {
      found.push(part);
    } else return null;
  }
  return found.length > NUMBERS_MOST ? null : [...new Set(found)];
}

/** What a form of a test holds. */
export interface Draft {
  reach: Reach;
  areas: string;
  zones: string;
  hazards: Hazard[];
  ticks: Tick[];
  minutes: number;
  expected: string;
}

export function emptyDraft(minutes = 60): Draft {
  return { reach: 'site', areas: '', zones: '', hazards: [], ticks: [], minutes, expected: '' };
}

/** The body that a draft stands for, or the field that cannot be read. */
export function bodyOf(draft: Draft): { body: Record<string, unknown> } | { wrong: 'areas' | 'zones' | 'expected' | 'scope' } {
  const whole = draft.reach === 'site';
  const areas = whole ? [] : numbersOf(draft.areas);
  const zones = whole ? [] : numbersOf(draft.zones);
  const expected = numbersOf(draft.expected);
  if (!areas) return { wrong: 'areas' };
  if (!zones) return { wrong: 'zones' };
  if (!expected) return { wrong: 'expected' };
  const hazards = whole ? [] : draft.hazards;
  if (!whole && areas.length + zones.length + hazards.length === 0) return { wrong: 'scope' };
  return {
    body: {
      scope: { reach: draft.reach, areas, zones, hazards },
      ticks: draft.ticks,
      minutes: draft.minutes,
      expected: expected.map((zone) => ({ zone })),
    },
  };
}
