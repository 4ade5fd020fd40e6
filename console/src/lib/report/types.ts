// What the API says of reports, pictures, checks and roll calls (`web/field_views.py`).

export type Purpose = 'handling' | 'responding';

export interface ReportState {
  signal: string;
  kind: string;
  at: string;
  incident: string | null;
  incident_number: number | null;
  state: string | null;
  taken_by: string | null;
  withdrawn_by: string | null;
  may_withdraw_until: string;
  takes_pictures: boolean;
}

export interface Check {
  watched: boolean;
  minutes: number | null;
  said_at: string | null;
  due_at: string | null;
  stage: 'reminded' | 'missed' | 'alarm' | null;
  site: string | null;
}

export interface Picture {
  id: string;
  at: string;
  by: string;
  until: string;
  gone: boolean;
  purpose: Purpose | null;
  looks: { at: string; by: string; purpose: Purpose }[];
}

export interface Pictures {
  items: Picture[];
  takes: boolean;
}

export interface RollUnit {
  unit: string;
  call_sign: string;
  asked: boolean;
  answered: boolean;
  silent: boolean;
  distress: boolean;
}

export interface Accounting {
  runs: boolean;
  may_start: boolean;
  started_at: string | null;
  called_at: string | null;
  noticed_at: string | null;
  notice_at: string | null;
  call_at: string | null;
  silent_at: string | null;
  ended_at: string | null;
  units: RollUnit[];
}

export const WHYS = ['evacuation', 'collapse', 'strategy', 'mayday', 'asked'] as const;
