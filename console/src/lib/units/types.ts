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
