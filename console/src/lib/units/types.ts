// Units as the API says them (`web/unit_views.py`).

export type UnitStatus =
  | 'off_duty'
  | 'on_call'
  | 'available_station'
  | 'available_mobile'
  | 'offered'
  | 'accepted'
  | 'refused'
  | 'en_route'
  | 'staged'
  | 'on_scene'
  | 'patient_contact'
  | 'transporting'
  | 'at_destination'
  | 'delayed'
  | 'cancelled'
  | 'out_of_service'
  | 'standing_by'
  | 'distress';

export interface CrewMember {
  user: string;
  since: string;
  until: string | null;
}

export interface Where {
  latitude: number;
  longitude: number;
  at: string;
  old: boolean;
}

export interface Unit {
  id: string;
  call_sign: string;
  type: string;
  service: string;
  tenant: string;
  station: string | null;
  station_name: string | null;
  skills: string[];
  equipment: string[];
  travels: string;
  enabled: boolean;
  status: UnitStatus;
  since: string | null;
  free: boolean;
  on_duty: boolean;
  crew: CrewMember[];
  short: boolean;
  incident: string | null;
  incident_number: number | null;
  incident_kind: string | null;
  assignment: string | null;
  eta_at: string | null;
  /** When somebody should ask what keeps it in this status. */
  overdue_at: string | null;
  needs_more: boolean;
  where: Where | null;
  sent: number;
  busy_s: number;
}

export interface SentUnit {
  assignment: string;
  unit: string;
  call_sign: string;
  status: UnitStatus;
  sent_at: string;
  by: string;
  role: string | null;
  eta_at: string | null;
  times: Record<string, string>;
  needs_more: boolean;
  left_at: string | null;
}

/** What stands in a row of an incident: how many are there or on the way, and the one that is farthest along. */
export interface UnitsAt {
  count: number;
  call_sign: string;
  status: UnitStatus;
  needs_more: boolean;
}

export interface Choice {
  unit: string;
  call_sign: string;
  /** Null: the order does not need it. */
  role: string | null;
  eta_s: number | null;
  way: string;
  reasons: string[];
}

export interface Recommendation {
  level: number;
  needs: { role: string; count: number }[];
  items: Choice[];
  /** Roles that nobody fills. */
  unfilled: string[];
  complete_s: number | null;
  place_known: boolean;
  fell_back: string | null;
}

/** One person who was told: how far it came, or what he answered. */
export interface Reached {
  name: string;
  stage: string;
  at: string;
  ways: string[];
  reason: string | null;
}

export interface AlertState {
  alert: string;
  at: string;
  reach: string;
  /** Of a unit that was sent; null: whom the kind reaches. */
  assignment: string | null;
  call_sign: string | null;
  needs: number;
  accepted: number;
  rounds: number;
  over: string | null;
  people: Reached[];
}
