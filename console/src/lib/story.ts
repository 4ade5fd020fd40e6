// An item of the timeline in words.

import { t, word } from './i18n.svelte';
import type { IconName } from './icons';
import { kinds } from './kinds.svelte';
import { now } from './now.svelte';
import { prefs } from './prefs.svelte';
import { clockText } from './time';
import type { Item, ItemType, Notice, Signal } from './types';
import { zoneOf } from './words';

export interface Told {
  icon: IconName;
  title: string;
  /** Code and name as the panel sent them. */
  signal: { code: string; name: string; place: string; marks: string[] } | null;
  text: string | null;
  details: string[];
}

const ICON: Record<ItemType, IconName> = {
  signal: 'signal',
  opened: 'bell',
  joined: 'signal',
  restored: 'restore',
  cancelled: 'broken',
  raised: 'up',
  due: 'bell',
  taken: 'person',
  takeover: 'swap',
  released: 'release',
  held: 'pause',
  woken: 'bell',
  note: 'note',
  reclassified: 'tag',
  closed: 'check',
  reopened: 'restore',
  escalated: 'alert',
  erased: 'broken',
  mended: 'restore',
  overdue: 'alert',
  assigned: 'tag',
  word: 'property',
  access: 'property',
  record: 'note',
  plan: 'menu',
  step: 'check',
  score: 'tag',
  skipped: 'broken',
  taken_back: 'restore',
  arrived: 'person',
  merged: 'swap',
  unmerged: 'swap',
  unit_sent: 'up',
  unit_told: 'signal',
  alerted: 'bell',
  alert_answered: 'person',
  level: 'up',
  withdrawn: 'broken',
  picture: 'eye',
  picture_shown: 'eye',
  roll_call: 'person',
};

export function tell(item: Item, zone: string | undefined): Told {
  const what = titleOf(item);
  return {
    icon: ICON[item.type] ?? 'signal',
    title: item.by ? t('item.by', { what, who: item.by }) : what,
    signal: item.signal ? ofSignal(item.signal, item.at, zone) : null,
    text: item.text,
    details: [...(item.of ? [t('merged.of', { n: item.of })] : []), ...decided(item, zone), ...item.reasons],
  };
}

function titleOf({ type, data }: Item): string {
  if (type === 'access' && data.floor_plan) return t('item.access.plan');
  if (type === 'arrived' && data.given_up) return t('item.given_up');
  if (type === 'taken_back') return `${word('item', type)}: ${word('do', String(data.do))}, ${word('outcome', String(data.outcome))}`;
  if (type === 'roll_call') return word('item.roll', String(data.what), { sign: String(data.call_sign ?? '') });
  if (type === 'unit_sent') return `${word('item', type)}: ${String(data.call_sign)}`;
  if (type === 'unit_told') return `${String(data.call_sign ?? word('item', type))}: ${word('unit_status', String(data.status))}`;
  if (type === 'alert_answered') return `${word('item', type)}: ${word('answer', String(data.answer))}`;
  if (type !== 'step' && type !== 'skipped') return word('item', type);
  const step = word('do', String(data.do));
  return `${step}: ${data.outcome ? word('outcome', String(data.outcome)) : t('item.skipped')}`;
}

/** `Call point main stairs, zone 21, area 1`: the name where the site has one, and the numbers that the panel says. */
export function placeOf(signal: Signal): string {
  return [signal.zone_name, zoneOf(signal)].filter(Boolean).join(', ');
}

function ofSignal(signal: Signal, at: string, zone: string | undefined): Told['signal'] {
  const marks = signal.quality.map((mark) => word('flag', mark));
  const gap = signal.occurred_at ? Math.abs(Date.parse(at) - Date.parse(signal.occurred_at)) : 0;
  if (signal.occurred_at && gap > 60_000) marks.push(t('item.late', { time: clock(signal.occurred_at, zone) }));
  return {
    code: signal.code ?? '',
    name: signal.name ?? signal.category ?? '',
    place: placeOf(signal),
    marks,
  };
}

/** What a person settled, where the item carries it. */
function decided({ type, data }: Item, zone: string | undefined): string[] {
  const text = (name: string) => (typeof data[name] === 'string' ? data[name] : null);
  const [until, on, kind, disposition, cause, follow] = ['until', 'on', 'kind', 'disposition', 'cause', 'follow_up_at'].map(text);
  const said: string[] = [];
  if (type === 'escalated') said.push(...escalated(data, zone));
  if (type === 'held' && until) said.push(t('item.until', { time: clock(until, zone) }));
  if (type === 'held' && on) said.push(t(on === 'restore' ? 'item.on_restore' : 'item.on_signal'));
  if (type === 'held' && data.reason === 'parked') said.push(t('item.parked'));
  if (type === 'word') said.push(t(data.right ? 'item.word.right' : 'item.word.wrong'));
  if (type === 'step' && typeof data.arrives_at === 'string') said.push(t('item.arrives', { time: clock(data.arrives_at, zone) }));
  if (type === 'step' && typeof data.score === 'number') said.push(t('item.score.told', { level: data.score }));
  if (type === 'step' && data.unverified) said.push(t('item.unverified'));
  if (type === 'score') said.push(typeof data.level === 'number' ? t('item.score.level', { level: data.level, was: Number(data.was) }) : t('item.score.table'));
  if (type === 'roll_call' && data.why) said.push(word('roll.why', String(data.why)));
  if (type === 'level') said.push(t('item.level.set', { level: Number(data.level), was: Number(data.was) }));
  if (type === 'unit_sent' && typeof data.role === 'string') said.push(t('item.unit_sent.as', { role: word('unit_role', data.role.replaceAll(' ', '_')) }));
  if (type === 'alerted') said.push(t('item.alerted.count', { n: Number(data.count) }));
  if (type === 'unit_told' && data.needs_more) said.push(t('units.more'));
  if (data.reason === 'site') said.push(t('item.site'));
  if (data.reason === 'left_waiting') said.push(t('item.left_waiting'));
  if (type === 'closed' && follow) said.push(t('follow.strip', { time: clock(follow, zone) }));
  if ((type === 'reclassified' || type === 'raised') && kind) said.push(kinds.get(kind)?.label ?? kind);
  if (type === 'closed' && disposition) said.push(word('disposition', disposition));
  if (type === 'closed' && cause) said.push(word('cause', cause));
  return said;
}

/** Whom a missed clock reached, and what came of each notice. */
function escalated(data: Item['data'], zone: string | undefined): string[] {
  const reached = t('level.reached', {
    clock: word('clock', String(data.clock)),
    level: word('level', String(data.level)),
  });
  const notices = Array.isArray(data.notices) ? (data.notices as Notice[]) : [];
  return [reached, ...notices.map((one) => outcome(one, zone))];
}

/** `Anna's phone: told 02:15:31`. */
export function outcome(notice: Notice, zone?: string): string {
  if (notice.reason === 'nobody') return t('notice.nobody');
  return `${notice.to}: ${stateOf(notice, zone)}`;
}

/** What became of a notice, with the reason where it did not go as it should. */
export function stateOf(notice: Notice, zone?: string): string {
  const at = notice.stage === 'failed' && notice.again_at ? notice.again_at : notice.at;
  const said = word('notice', notice.stage, { time: clock(at, zone) });
  const times = notice.sends > 1 ? `, ${t('notice.times', { n: notice.sends })}` : '';
  return said + times + (notice.reason ? ` (${word('notice.reason', notice.reason)})` : '');
}

function clock(at: string, zone: string | undefined): string {
  return clockText(Date.parse(at), now.value, prefs.language, zone);
}
