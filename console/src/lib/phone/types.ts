// What a responder's phone is told (`web/responder_views.py`, `web/alert_views.py`).

import type { Priority } from '../types';
import type { SentUnit, Unit } from '../units/types';

export interface Join {
  unit: string;
  call_sign: string;
  type: string;
  station_name: string | null;
  crew: number;
  /** Of one's shift there; null where one has none. */
  since: string | null;
  until: string | null;
  on_call: boolean;
}

export interface CrewIncident {
  id: string;
  number: number;
  kind: string;
  label: string;
  priority: Priority;
  open: boolean;
  opened_at: string;
  place: string | null;
  latitude: number | null;
  longitude: number | null;
  silent: boolean;
  has_site: boolean;
  accepted: boolean;
  assignment: string;
  sent_at: string;
  eta_at: string | null;
  needs_more: boolean;
  others: SentUnit[];
}

export interface DutyNow {
  user: string;
  now: string;
  unit: Unit | null;
  incident: CrewIncident | null;
  units: Join[];
}

export interface CrewSite {
  incident: string;
  name: string;
  address: string;
  notes: string;
  hazards: string;
  access: string;
  access_code: string | null;
}

export interface Alert {
  alert: string;
  incident: string;
  number: number;
  kind: string;
  label: string;
  priority: Priority;
  place: string | null;
  latitude: number | null;
  longitude: number | null;
  at: string;
  assignment: string | null;
  unit: string | null;
  call_sign: string | null;
  needs: number;
  accepted: number;
  taken_by: string[];
  answer: 'read' | 'accepted' | 'refused' | null;
  quiet: boolean;
  over: boolean;
}
