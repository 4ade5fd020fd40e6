// A site as the HTTP interface sends and takes it. Nothing but types lives here.

import type { Row } from '../types';

export type ContactRole =
  | 'holder'
  | 'deputy'
  | 'manager'
  | 'caretaker'
  | 'resident'
  | 'relative'
  | 'guard'
  | 'technician'
  | 'other';
export type Authority = 'cancel' | 'on_test' | 'schedule' | 'contacts' | 'keys';
export type CallList = 'fire' | 'intrusion' | 'technical' | 'open_close' | 'care';

/** Minutes since midnight at the site; `days` 0 Monday to 6 Sunday, 7 public holidays. */
export interface WeekWindow {
  days: number[];
  since: number;
  until: number;
}

export interface Absence {
  since: string;
  until: string;
}

export interface PhoneNumber {
  number: string;
  label: string;
  texts: boolean;
}

export interface Contact {
  id: string;
  order: number;
  name: string;
  role: ContactRole;
  numbers: PhoneNumber[];
  language: string;
  lists: CallList[];
  authority: Authority[];
  hours: WeekWindow[];
  absences: Absence[];
  panel_user: string;
  has_word: boolean;
  has_duress: boolean;
}

export interface Area {
  number: string;
  name: string;
  sub_account: string | null;
}

export interface Zone {
  number: string;
  area: string | null;
  name: string;
  hazard: string | null;
  outdoor: boolean;
}

export interface TransmissionPath {
  name: string;
  label: string;
  technology: string | null;
  category: string | null;
  interval_s: number | null;
  alternative: boolean;
  provider: string;
}

export interface CodeRule {
  wire: 'sia' | 'cid';
  code: string;
  area: string | null;
  zone: string | null;
  act: string | null;
  kind: string | null;
  priority: number | null;
  pending_s: number | null;
}

export type ScheduleKind = 'opening' | 'check_in' | 'tour' | 'activity' | 'test';

export interface OpeningWindow {
  days: number[];
  opens_from: number;
  opens_until: number;
  closes_from: number;
  closes_until: number;
  must_open: boolean;
}

export interface Interval {
  days: number[];
  since: number;
  until: number;
  every_s: number;
  grace_s: number;
}

export interface ScheduleException {
  first: string;
  last: string;
  openings: OpeningWindow[];
  intervals: Interval[];
  label: string;
}

export interface Schedule {
  id: string;
  name: string;
  kind: ScheduleKind;
  area: string | null;
  point: string | null;
  openings: OpeningWindow[];
  intervals: Interval[];
  holidays: string;
  exceptions: ScheduleException[];
}

export interface Agency {
  id: string;
  type: string;
  name: string;
  number: string;
  permit: string;
  response: 'full' | 'confirmed' | 'withdrawn';
  polygon: [number, number][];
}

export interface Details {
  parent: string | null;
  notes: string;
  hazards: string;
  access: string;
  has_access_code: boolean;
  risk: string;
  installer: string;
  service_contract: string;
  premises: PhoneNumber[];
  call_back: boolean;
  two_calls: boolean;
}

export interface AccountFields {
  id: string;
  account: string;
  prefix: string | null;
  receiver: string | null;
  name: string;
  address: string;
  latitude: number | null;
  longitude: number | null;
  time_zone: string;
  language: string;
  tenant: string;
  type: string;
  keyed: boolean;
  supervision_s: number | null;
  test_s: number | null;
  quirks: string[];
  window: string;
  care: boolean;
  audible_panic: boolean;
  high_risk: boolean;
  line_cut: boolean;
  cancel_closes: boolean;
  verify_fire: string;
  building: string;
}

/** What is edited of a site, by the names of the interface. */
export interface Sections {
  account: AccountFields;
  details: Details;
  areas: Area[];
  zones: Zone[];
  paths: TransmissionPath[];
  codes: CodeRule[];
  schedules: Schedule[];
  contacts: Contact[];
  agencies: Agency[];
}

export interface SiteFile extends Sections {
  id: string;
  version: number;
  confirmed_at: string | null;
  confirmed_by: string | null;
}

export interface Heard {
  path: string;
  heard_at: string | null;
  lost_since: string | null;
}

/** A value that cannot be kept, or is worth a look: its field and what is wanted. */
export interface Flaw {
  field: string;
  value: string;
  limit: string;
}

export interface Card extends SiteFile {
  /** The site's own agencies first, then those of its district; none withdrawn. */
  dialled: Agency[];
  incidents: Row[];
  /** Closed without the restore that they need, which is waited for. */
  owed: Row[];
  /** A silent alarm is open there: the numbers of the premises are left out. */
  silent_site: boolean;
  on_test: Record<string, unknown> | null;
  heard: Heard[];
  now: string;
  local_time: string;
  /** Which of yesterday, today and tomorrow there are public holidays. */
  holidays: string[];
  may_edit: string[];
  warnings: Flaw[];
}

/** That somebody changed something: `part` is a table, `row` what tells the piece from others of its table. */
export interface Edited {
  id: string;
  at: string;
  by: string;
  part: string;
  row: string;
  fields: string[];
}

export interface WordAnswer {
  accepted: boolean;
  contact: { id: string; name: string; role: ContactRole } | null;
  authority: Authority[];
  wrong_words: number;
}

/** That somebody looked at a picture of a site (`GET /accounts/{id}/looks`). */
export interface Look {
  at: string;
  by: string;
  what: 'picture' | 'access' | 'plan' | 'record';
  purpose: 'handling' | 'responding' | null;
  incident: string;
  incident_number: number;
  picture: string | null;
}
