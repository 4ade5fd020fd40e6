// Short phrases about a row that several parts of the page say alike.

import { t, word } from './i18n.svelte';
import { now } from './now.svelte';
import { prefs } from './prefs.svelte';
import { clockText } from './time';
import type { Row } from './types';

export interface Flag {
  text: string;
  looks: '' | 'warn' | 'bad' | 'good';
}

const LOOKS: Record<string, Flag['looks']> = {
  late: 'warn',
  unknown_account: 'warn',
  unknown_code: 'warn',
  clock: 'warn',
  confirmed: 'bad',
};

/** What an operator should know of a row at a glance, in a fixed order. */
export function flagsOf(row: Row): Flag[] {
  const flags: Flag[] = [];
  if (row.silent) flags.push({ text: t('flag.silent'), looks: 'bad' });
  for (const flag of row.flags) {
    if (flag !== 'silent') flags.push({ text: word('flag', flag), looks: LOOKS[flag] ?? '' });
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
      return row.taken_by === me ? t('state.taken.me') : t('state.taken', { who: row.taken_by ?? '' });
    case 'held':
      if (row.held_on) return t('state.held.signal');
      return row.held_until ? t('state.held.until', { time: timeOf(row, row.held_until) }) : t('state.held');
    default:
      return t(`state.${row.state}`);
  }
}

function timeOf(row: Row, at: string): string {
  return clockText(Date.parse(at), now.value, prefs.language, row.site?.time_zone);
}

/** Name of the site, or what is known instead of it. */
export function siteOf(row: Row): string {
  if (row.site) return row.site.name;
  return row.account ? t('where.account', { account: row.account }) : t('where.none');
}

/** `zone 12, area 1`, or nothing. */
export function zoneOf(row: { zone: string | null; area: string | null }): string {
  const parts = [];
  if (row.zone) parts.push(t('where.zone', { zone: row.zone }));
  if (row.area) parts.push(t('where.area', { area: row.area }));
  return parts.join(', ');
}
