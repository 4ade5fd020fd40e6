import type { Unit } from '../src/lib/units/types';

export function unit(id: string, sign: string, more: Partial<Unit> = {}): Unit {
  return {
    id,
    call_sign: sign,
    type: 'engine',
    service: 'fire',
    tenant: '',
    station: null,
    station_name: null,
    skills: [],
    equipment: [],
    travels: 'lights',
    enabled: true,
    status: 'available_station',
    since: null,
    free: true,
    on_duty: true,
    crew: [],
    short: false,
    incident: null,
    incident_number: null,
    incident_kind: null,
    assignment: null,
    eta_at: null,
    overdue_at: null,
    needs_more: false,
    where: null,
    sent: 0,
    busy_s: 0,
    ...more,
  };
}
