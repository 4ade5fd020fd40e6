// What the HTTP interface sends and takes, as /api/v1/openapi.json describes it. Times are RFC 3339 UTC, ids and
// positions are opaque text. Nothing but types lives here.

import type { TakenCall } from './taking/types';
import type { Plan } from './plan/types';
import type { Edited, Flaw, SiteFile } from './site/types';
import type { Unit, UnitsAt } from './units/types';

export type State = 'pending' | 'waiting' | 'taken' | 'held' | 'closed';
export type Priority = 1 | 2 | 3 | 4 | 5;
export type Method = 'equipment' | 'duty' | 'call' | 'system';

export type Role =
  | 'operator'
  | 'dispatcher'
  | 'responder'
  | 'supervisor'
  | 'installer'
  | 'holder'
  | 'auditor'
  | 'overseer'
  | 'administrator'
  | 'service';

export interface Session {
  user: { name: string; role: Role };
  csrf: string | null;
  demo: boolean;
  centre: { name: string };
  now: string;
  language: string;
  /** Address that dials, with `{number}` in it; null: the device's own telephone. */
  dialler: string | null;
}

export interface Clock {
  target_at: string;
  limit_at: string;
  done_at: string | null;
  /** Late behind its limit alone. */
  at_once: boolean;
}

/** In the order in which they usually run out. */
export type ClockName = 'take' | 'act' | 'told' | 'arrive';

export type NoticeStage = 'asked' | 'tried' | 'sent' | 'failed' | 'given_up' | 'dropped';

/** One notice to one recipient outside the console. */
export interface Notice {
  id: string;
  incident: string | null;
  number: number | null;
  /** Empty where nobody is on call. */
  to: string;
  level: string;
  why: string;
  channel: string;
  stage: NoticeStage;
  asked_at: string;
  at: string;
  attempts: number;
  sends: number;
  reason: string | null;
  again_at: string | null;
  training: boolean;
}

export interface Notices {
  items: Notice[];
  duty: { level: string; configured: boolean; names: string[] }[];
}

export interface Site {
  id: string;
  name: string;
  address: string;
  latitude: number | null;
  longitude: number | null;
  time_zone: string;
  type: string;
}

export interface Signal {
  position: string;
  method: Method;
  received_at: string;
  occurred_at: string | null;
  account: string | null;
  account_id: string | null;
  area: string | null;
  zone: string | null;
  code: string | null;
  name: string | null;
  category: string | null;
  subtype: string | null;
  state: string | null;
  act: string | null;
  incident: string | null;
  quality: string[];
  /** As the registry names the zone, else the device that said it; in the story of an incident alone. */
  zone_name: string | null;
  /** Id of the device that said it, null for panels and people. */
  device: string | null;
}

export interface Row {
  id: string;
  number: number;
  kind: string;
  label: string;
  group: string;
  state: State;
  priority: Priority;
  rank: number | null;
  opened_at: string;
  /** From when its age counts in the queue: when it opened, or when it last came back from a hold. */
  queued_at: string;
  clocks: { [name in ClockName]?: Clock | null };
  /** Whom its missed clocks reached since it last came to the queue: `take:desk`, `act:next` ... */
  escalated: string[];
  account: string | null;
  account_id: string | null;
  receiver: string | null;
  prefix: string | null;
  site: Site | null;
  /** Where an open incident without a site is, for those who may act on it. */
  place: string | null;
  /** What an incident of the centre itself is about; of an outage, what the silent ones share. */
  part: string | null;
  area: string | null;
  zone: string | null;
  /** As the registry names them. */
  area_name: string | null;
  zone_name: string | null;
  method: Method;
  silent: boolean;
  /** A silent alarm is open at the site, be it this one or another. */
  silent_site: boolean;
  /** So many open incidents of the same hazard stand close by. */
  neighbours: number;
  life: boolean;
  /** Null where the levels are not for it. */
  score: ScoreView | null;
  flags: string[];
  taken_by: string | null;
  taken_at: string | null;
  held_by: string | null;
  held_until: string | null;
  held_on: string | null;
  parked: boolean;
  first_taken_at: string | null;
  pending_until: string | null;
  restore: { need: 'required' | 'wanted' | 'none'; restored: boolean; open_points: number };
  disposition: string | null;
  cause: string | null;
  closed_at: string | null;
  /** When this fire alarm is passed to the brigade. */
  fire_order: 'pass_at_once' | 'verify_90s' | 'verify_required' | null;
  /** Closed without the restore that it needs: until when that is waited for. */
  follow_up_at: string | null;
  previous: string | null;
  /** Handled as one case with this one, and there: it stands in no queue. */
  merged_into: string | null;
  /** Units that are there or on the way; null: none. */
  units: UnitsAt | null;
  /** For how much help it calls, from 1. */
  alarm_level: number;
  /** So many are merged into it. */
  leads: number;
  /** An exercise, and who practises; null: it is real. */
  trainee: string | null;
  version: number;
  signals_seq: number;
  seen_upto: number;
  signals: Signal[];
  note: string | null;
  /** Changes when the row sounds again although it is not new: a second point, a life kind that repeats. */
  rings: string;
  /** The position after which the row is as it stands here. */
  updated: string;
}

export type ItemType =
  | 'signal'
  | 'opened'
  | 'joined'
  | 'restored'
  | 'cancelled'
  | 'raised'
  | 'due'
  | 'taken'
  | 'takeover'
  | 'released'
  | 'held'
  | 'woken'
  | 'note'
  | 'reclassified'
  | 'closed'
  | 'reopened'
  | 'escalated'
  | 'erased'
  | 'mended'
  | 'overdue'
  | 'assigned'
  | 'word'
  | 'access'
  | 'record'
  | 'plan'
  | 'step'
  | 'skipped'
  | 'score'
  | 'taken_back'
  | 'arrived'
  | 'merged'
  | 'unmerged'
  | 'unit_sent'
  | 'unit_told'
  | 'alerted'
  | 'alert_answered'
  | 'level'
  | 'withdrawn'
  | 'picture'
  | 'picture_shown'
  | 'roll_call';

export interface Item {
  position: string;
  index: number;
  at: string;
  type: ItemType;
  by: string | null;
  text: string | null;
  reasons: string[];
  signal: Signal | null;
  data: Record<string, unknown>;
  /** Number of the merged incident whose line it is. */
  of: number | null;
}

/** How sure an intruder alarm is. `level` null: what a person pressed stands outside. */
export interface ScoreView {
  level: number | null;
  /** What the table alone says. */
  table: number | null;
  /** Set by a person. */
  judged: boolean;
  rules: number;
  why: string[];
  notes: string[];
}

export type Act = 'take' | 'takeover' | 'release' | 'hold' | 'note' | 'reclassify' | 'close' | 'reopen' | 'assign' | 'do' | 'skip' | 'undo' | 'arrived' | 'score' | 'merge' | 'unmerge';

/** One way to close: its digit, the likely causes, and what must be given with it. */
export interface ClosingChoice {
  disposition: string;
  key: string | null;
  causes: string[];
  needs: string[];
}

export interface Detail extends Row {
  reasons: string[];
  definition: string;
  not_this: string;
  timeline: Item[];
  timeline_before: string | null;
  acts: Act[];
  siblings: Row[];
  /** What is handled here as one case with it. */
  merged: Row[];
  /** Under which it is handled. */
  lead: Row | null;
  /** Open incidents of the same hazard close by. */
  neighbours_open: Row[];
  /** Who handles what else is open at the site. */
  site_owner: string | null;
  /** Whose an account number may be that is registered nowhere. */
  proposals: { account_id: string; account: string; name: string; address: string; same_source: boolean }[];
  zone_text: string | null;
  caller: string | null;
  place_text: string | null;
  dispositions: string[];
  causes: string[];
  /** What is offered to close it, in the order of the digits. */
  closing: ClosingChoice[];
  /** The disposition that its handling has found already. */
  ending: string | null;
  /** The key store fails: what people typed cannot be read now. */
  unreadable: boolean;
}

export interface Page<T> {
  items: T[];
  next: string | null;
}

/** An incident that is over. Neither its place nor a word of it. */
export interface ArchivedIncident {
  id: string;
  number: number;
  kind: string;
  label: string;
  priority: Priority;
  method: Method;
  account_id: string | null;
  life: boolean;
  silent: boolean;
  opened_at: string;
  /** When it first stood in the queue. */
  due_at: string | null;
  first_taken_at: string | null;
  first_act_at: string | null;
  closed_at: string;
  signals: number;
  acts: number;
  disposition: string;
  cause: string | null;
  /** Closed by its kind's own rule, by nobody. */
  by_rule: boolean;
  /** An exercise: nothing of it happened. */
  training: boolean;
  /** It was handled under another incident. */
  merged: boolean;
  /** How often a unit was sent. */
  units: number;
  first_sent_at: string | null;
  first_on_scene_at: string | null;
}

export interface Kind {
  code: string;
  group: string;
  label: string;
  definition: string;
  not_this: string;
  priority: Priority;
  rank: number | null;
  methods: Method[];
  reach: string;
  life: boolean;
  silent: boolean;
  restore: string;
}

export interface Kinds {
  digest: string;
  version: number;
  groups: { code: string; label: string }[];
  items: Kind[];
}

/** What stands at a door out, under an agreement. */
export interface OutwardLink {
  name: string;
  form: 'surgard' | 'dc07' | 'webhook' | 'mqtt';
  agreement: string;
  state: 'handing' | 'away' | 'resting';
  since: string | null;
  why: string | null;
  handed: number;
  unsaid: number;
  behind: number;
}

export interface Centre {
  name: string;
  demo: boolean;
  version: string;
  now: string;
  kinds_digest: string;
  position: string;
  journal: 'open' | 'closed';
  faults: OwnFault[];
  receivers: { name: string; type: string; listen: string; connections: number }[];
  automation: OutwardLink[];
  counts: { by_state: Record<string, number>; by_priority: Record<string, number> };
  not_commissioned: number;
  lost: number;
  keeping: Keeping;
}

/** Room, backups and what was erased; null: not known, or not yet. */
export interface Keeping {
  size_bytes: number | null;
  free_bytes: number | null;
  bytes_per_day: number | null;
  days_left: number | null;
  backup_at: string | null;
  backup_keys: boolean;
  restored: { at: string; position: string; made_at: string; keys: boolean } | null;
  erased_keys: number;
  erased_entries: number;
}

/** What the stream says of the centre itself. */
/** An alarm of the centre itself that stands in no journal yet. Nobody can take it: it ends by itself. */
export interface OwnFault {
  kind: string;
  part: string;
  /** Of storage: `full`, `failed` or `keys`. */
  why: string | null;
  priority: Priority;
  since: string;
  /** Deliveries that got no receipt. */
  refused: number;
}

export interface Pulse {
  journal: 'open' | 'closed';
  faults: OwnFault[];
  position: string;
  lost: number;
  not_commissioned: number;
  now: string;
}

export interface Account {
  id: string;
  account: string;
  name: string;
  address: string;
  type: string;
  quirks: string[];
}

/** What supervision keeps; the first of each list, and how many there are. */
export interface Silence {
  lost: {
    account_id: string;
    account: string | null;
    site: Site | null;
    path: string;
    since: string;
    heard_at: string | null;
    kind: string | null;
    outage: string | null;
    /** People sleep or need help there. */
    life: boolean;
    call_by: string | null;
  }[];
  not_commissioned: {
    receiver: string | null;
    prefix: string | null;
    account: string;
    account_id: string | null;
    name: string;
    heard_at: string | null;
  }[];
  slow: {
    account_id: string;
    account: string | null;
    site: Site | null;
    path: string;
    observed_s: number;
    window_s: number;
  }[];
  outages: { part: string; since: string; silent: number; folded: number; incident: string | null }[];
  /** Schedules that are not kept now. */
  overdue: {
    account_id: string;
    account: string | null;
    site: Site | null;
    schedule: string;
    name: string;
    area: string | null;
    point: string | null;
    kind: string;
    wanted_at: string;
    heard_at: string | null;
    incident: string | null;
  }[];
  due_next: {
    account_id: string;
    account: string | null;
    site: Site | null;
    schedule: string;
    name: string;
    area: string | null;
    what: string;
    at: string;
    put_off: boolean;
  }[];
  totals: Record<'lost' | 'not_commissioned' | 'slow' | 'outages' | 'overdue' | 'scheduled', number>;
}

export interface Decoded {
  valid: boolean;
  error: string | null;
  events: Record<string, unknown>[];
  quirks: string[];
  reply: string | null;
  [field: string]: unknown;
}

export interface Problem {
  /** A call as it is now that was changed in another tab. */
  call?: TakenCall;
  /** The unit as it is now, where one could not be sent. */
  unit?: Unit;
  type?: string;
  title: string;
  status: number;
  detail?: string;
  field?: string;
  limit?: string;
  incident?: Detail;
  /** Every value that cannot be kept of a site. */
  flaws?: Flaw[];
  /** Steps of the plan that are owed before it may be closed. */
  steps?: string[];
  /** How a plan is that somebody else changed. */
  plan?: Plan;
  /** How a site is that somebody else changed, and what he did. */
  current?: SiteFile;
  changes?: Edited[];
}
