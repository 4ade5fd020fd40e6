// Short phrases about a row that several parts of the page say alike.

import { t, word } from './i18n.svelte';
import { now } from './now.svelte';
import { prefs } from './prefs.svelte';
import { clockText, reachedBy } from './time';
import type { Row } from './types';

export interface Flag {
  text: string;
  looks: '' | 'warn' | 'bad' | 'good';
}

export const OUTAGE = 'TECH.OUTAGE';

/** Told from the row itself, with a number. */
const SAID_ELSEWHERE = new Set(['silent', 'restored']);

const LOOKS: Record<string, Flag['looks']> = {
  late: 'warn',
  unknown_account: 'warn',
  clock: 'warn',
  reported_before: 'warn',
  runaway: 'warn',
  after_test: 'warn',
  after_storm: 'warn',
  more_help: 'bad',
  training: 'warn',
  wrong_word: 'bad',
};

/** What an operator should know of a row at a glance, in a fixed order. */
export function flagsOf(row: Row): Flag[] {
  const flags: Flag[] = [];
  if (row.silent) flags.push({ text: t('flag.silent'), looks: 'bad' });
  if ((row.state === 'taken' || row.state === 'held') && reachedBy(row).includes('next')) {
    flags.push({ text: t('flag.next'), looks: 'bad' });
  }
  if (row.leads > 0) flags.push({ text: t('flag.merged', { n: row.leads }), looks: '' });
  for (const flag of row.flags) {
    if (!SAID_ELSEWHERE.has(flag)) flags.push({ text: word('flag', flag), looks: LOOKS[flag] ?? '' });
  }
  if (row.restore.restored && row.restore.need !== 'none') flags.push({ text: t('flag.restored'), looks: 'good' });
  else if (row.restore.open_points > 1) flags.push({ text: t('flag.points', { n: row.restore.open_points }), looks: 'bad' });
  if (row.signals_seq > 1) flags.push({ text: t('flag.signals', { n: row.signals_seq }), looks: '' });
  return flags;
}

/** State and who holds it. */
export function stateOf(row: Row, me: string): string {
  switch (row.state) {
    case 'taken':
      return t('state.taken', { who: nameOf(row.taken_by, me) });
    case 'held': {
      const who = nameOf(row.held_by, me);
      if (row.parked) return t('state.parked', { who });
      if (row.held_on === 'restore') return t('state.held.restore', { who });
      if (row.held_on || !row.held_until) return t('state.held.signal', { who });
      return t('state.held.until', { who, time: timeOf(row, row.held_until) });
    }
    case 'pending':
      return row.pending_until ? t('state.pending.until', { time: timeOf(row, row.pending_until) }) : t('state.pending');
    case 'closed':
      return row.closed_at ? closedOf(row, row.closed_at) : t('state.closed');
    default:
      return t(`state.${row.state}`);
  }
}

function closedOf(row: Row, at: string): string {
  const disposition = row.disposition ? word('disposition', row.disposition) : '';
  return t('pane.closed', { time: timeOf(row, at), disposition });
}

/** `you` or the other's name. */
export function nameOf(name: string | null, me: string): string {
  return name === me ? t('who.you') : (name ?? '');
}

function timeOf(row: Row, at: string): string {
  return clockText(Date.parse(at), now.value, prefs.language, row.site?.time_zone);
}

/** Name of the site, or what is known instead of it. */
export function siteOf(row: Row): string {
  if (row.site) return row.site.name;
  if (row.place) return row.place;
  if (row.account) return t('where.account', { account: row.account });
  const part = aboutOf(row);
  if (part) return part;
  // No list of what is over says the place; nor does a row while the key store fails.
  return row.method === 'duty' || row.method === 'call' ? t('where.inside') : t('where.none');
}

/** What of the centre itself an incident is about; nothing for those of sites. */
export function ownPartOf(row: { kind: string; method: string; signals: readonly { subtype: string | null }[] }): string {
  const part = row.kind === 'TECH.CENTRE' && row.method === 'system' ? row.signals[0]?.subtype : null;
  return part ? partOf(part) : '';
}

/** What an incident without a site is about: a part of the centre, or what those share who are silent. */
export function aboutOf(row: Parameters<typeof ownPartOf>[0] & { part: string | null }): string {
  return row.kind === OUTAGE && row.part ? causeOf(row.part) : ownPartOf(row);
}

/** A part of the centre: `storage`, `upkeep/registry`. */
export function partOf(part: string): string {
  return word('own', part.split('/')[0] ?? part);
}

/** `zone 12, area 1`, or nothing. */
export function zoneOf(row: { zone: string | null; area: string | null }): string {
  const parts = [];
  if (row.zone) parts.push(t('where.zone', { zone: row.zone }));
  if (row.area) parts.push(t('where.area', { area: row.area }));
  return parts.join(', ');
}

/** What those share who fell silent together: `receiver/panels`, `prefix/A0`. */
export function causeOf(part: string): string {
  const [what, name] = [part.slice(0, part.indexOf('/')), part.slice(part.indexOf('/') + 1)];
  return what === 'receiver' || what === 'prefix' || what === 'provider' || what === 'area' ? t(`silence.cause.${what}`, { name }) : part;
}
