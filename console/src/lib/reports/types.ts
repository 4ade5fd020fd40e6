// What the server tells of reports and of the false-alarm record of a site.

export type Which = 'load' | 'accounts' | 'response';
export type By = 'priority' | 'kind' | 'shift' | 'team';

export interface Load {
  since: string;
  until: string;
  time_zone: string;
  incidents: number;
  left_out: number;
  hours: number[];
  weekdays: number[];
  detections: number;
  busiest: number | null;
  days: { day: string; incidents: number }[];
  groups: { key: string; label: string; incidents: number }[];
  priorities: { key: string; incidents: number }[];
  places: { latitude: number; longitude: number; incidents: number }[];
  elsewhere: number;
  medical: number;
}

export interface AccountLine {
  account_id: string;
  signals: number;
  incidents: number;
  alarms: number;
  genuine: number;
  false: number;
  rate: number | null;
  taken_p50: number | null;
  taken_p90: number | null;
}

export interface Accounts {
  since: string;
  until: string;
  whole: AccountLine;
  items: (AccountLine & { account: string; name: string })[];
  more: number;
  left_out: number;
}

export interface Figure {
  clock: string;
  count: number;
  never: number;
  p80: number | null;
  p90: number | null;
  p95: number | null;
  p98_5: number | null;
  longest: number | null;
  in_target: number | null;
  in_limit: number | null;
}

export interface Response {
  since: string;
  until: string;
  by: By;
  ranks: number[];
  left_out: number;
  groups: { key: string; label: string; incidents: number; figures: Figure[] }[];
}

export interface Point {
  area: string | null;
  zone: string;
  name: string | null;
  alarms: number;
  false: number;
  share: number;
  groups: Record<string, number>;
}

export interface Repair {
  area: string | null;
  zone: string;
  name: string | null;
  false: number;
  of: number;
  group: string;
  advice: string;
}

export interface AccountRecord {
  account_id: string;
  since: string;
  until: string;
  incidents: number;
  alarms: number;
  genuine: number;
  false: number;
  rate: number | null;
  left_out: number;
  groups: Record<string, number>;
  months: { month: string; alarms: number; false: number; rate: number | null }[];
  zones: Point[];
  unplaced: number;
  codes: { code: string; alarms: number; false: number }[];
  repairs: Repair[];
}
