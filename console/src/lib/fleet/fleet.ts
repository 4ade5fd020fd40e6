// Units, stations and the rota as they are kept up (`web/unit_admin_views.py`), and what a week of them looks like. Pure.

export const TYPES = ['engine', 'ladder', 'rescue', 'tanker', 'hazmat', 'command', 'boat', 'ambulance', 'doctor', 'first_responder', 'nurse', 'patrol', 'guard', 'technician', 'team'] as const;
export const SERVICES = ['fire', 'ems', 'care', 'guard', 'police', 'service', 'lift', 'keyholder'] as const;
export const SKILLS = ['first_aid', 'paramedic', 'doctor', 'nursing', 'firefighting', 'breathing_apparatus', 'hazmat', 'height_rescue', 'water_rescue', 'incident_command', 'lift_release', 'guarding', 'key_service', 'electrical', 'plumbing', 'gas', 'alarm_technician'] as const;
export const EQUIPMENT = ['pump', 'water', 'foam', 'aerial', 'hydraulic_rescue', 'breathing_sets', 'thermal_camera', 'gas_detector', 'boat', 'defibrillator', 'stretcher', 'keys', 'generator', 'submersible_pump'] as const;
export const TRAVELS = ['lights', 'car', 'cycle', 'foot'] as const;

export interface UnitCard {
  id: string;
  version: number;
  call_sign: string;
  type: string;
  service: string;
  tenant: string;
  station: string | null;
  skills: string[];
  equipment: string[];
  crew_least: number;
  turnout_s: number;
  on_call_s: number;
  travels: string;
  enabled: boolean;
}

export interface StationCard {
  id: string;
  version: number;
  name: string;
  latitude: number;
  longitude: number;
  tenant: string;
  stand_by: boolean;
}

export interface Fleet {
  units: UnitCard[];
  stations: StationCard[];
}

export interface RotaShift {
  id: string;
  version: number;
  unit: string;
  call_sign: string;
  user: string;
  since: string;
  until: string;
  on_call: boolean;
  was: string | null;
  offered_to: string | null;
  accepted: boolean;
}

export interface RotaWeek {
  items: RotaShift[];
  people: string[];
  trades_agreed: boolean;
}

export type UnitDraft = Omit<UnitCard, 'id' | 'version'>;
export type StationDraft = { name: string; latitude: string; longitude: string; tenant: string; stand_by: boolean };
/** Times as a field of the browser has them, in the time of this desk: `2026-03-01T06:00`. */
export interface ShiftDraft {
  unit: string;
  user: string;
  since: string;
  until: string;
  on_call: boolean;
}

export const emptyUnit = (): UnitDraft => ({ call_sign: '', type: 'engine', service: 'fire', tenant: '', station: null, skills: [], equipment: [], crew_least: 1, turnout_s: 60, on_call_s: 300, travels: 'lights', enabled: true });
export const emptyStation = (): StationDraft => ({ name: '', latitude: '', longitude: '', tenant: '', stand_by: false });

export function unitDraft({ id: _id, version: _version, ...rest }: UnitCard): UnitDraft {
  return { ...rest, skills: [...rest.skills], equipment: [...rest.equipment] };
}

export function stationDraft(one: StationCard): StationDraft {
  return { name: one.name, latitude: String(one.latitude), longitude: String(one.longitude), tenant: one.tenant, stand_by: one.stand_by };
}

/** Degrees as somebody typed them, also with a comma; NaN for what is none. */
export function degrees(text: string): number {
  const plain = text.trim().replace(',', '.');
  return /^[+-]?\d+(\.\d+)?$/.test(plain) ? Number(plain) : NaN;
}

/** `54.07, -0.21` pasted into one field fills both. */
export function bothDegrees(text: string): [string, string] | null {
  const found = /^\s*([+-]?\d+(?:\.\d+)?)(?:\s*;\s*|,\s+|\s+)([+-]?\d+(?:\.\d+)?)\s*$/.exec(text);
  return found ? [found[1] as string, found[2] as string] : null;
}

// -- the week

/** The Monday of a day's week, at midnight of this desk. */
export function mondayOf(at: Date): Date {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() - ((at.getDay() + 6) % 7));
}

/** Eight midnights: each day of a week is between two of them, also where one has 23 or 25 hours. */
export function midnights(monday: Date): Date[] {
  return Array.from({ length: 8 }, (_, n) => new Date(monday.getFullYear(), monday.getMonth(), monday.getDate() + n));
}

/** The shifts of a unit that touch a day, in the order of their beginnings. */
export function onDay(shifts: readonly RotaShift[], unit: string, begins: Date, ends: Date): RotaShift[] {
  return shifts
    .filter((one) => one.unit === unit && Date.parse(one.since) < ends.getTime() && Date.parse(one.until) > begins.getTime())
    .sort((one, other) => one.since.localeCompare(other.since) || one.user.localeCompare(other.user));
}

const two = (n: number) => String(n).padStart(2, '0');

/** `06:00`, or what the day cuts off: `…` for a shift that began the day before or goes on. */
export function spanOn(shift: RotaShift, begins: Date, ends: Date): string {
  const since = new Date(shift.since);
  const until = new Date(shift.until);
  const from = since < begins ? '…' : `${two(since.getHours())}:${two(since.getMinutes())}`;
  const till = until > ends ? '…' : until.getTime() === ends.getTime() ? '24:00' : `${two(until.getHours())}:${two(until.getMinutes())}`;
  return `${from}–${till}`;
}

/** An instant as a field of the browser has it. */
export function localText(at: Date): string {
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** A new shift of a day: from six to two. */
export function shiftDraft(unit: string, day: Date): ShiftDraft {
  const at = (hour: number) => localText(new Date(day.getFullYear(), day.getMonth(), day.getDate(), hour));
  return { unit, user: '', since: at(6), until: at(14), on_call: false };
}

export function shiftBody(draft: ShiftDraft, version?: number): Record<string, unknown> | null {
  const [since, until] = [new Date(draft.since), new Date(draft.until)];
  if (draft.user.trim() === '' || Number.isNaN(since.getTime()) || Number.isNaN(until.getTime())) return null;
  return { unit: draft.unit, user: draft.user.trim(), since: since.toISOString(), until: until.toISOString(), on_call: draft.on_call, ...(version === undefined ? {} : { version }) };
}

export type Trade = 'mine' | 'asked' | 'waits' | null;

/** What is to be done about a trade, by whom: he was asked, a supervisor is waited for, or it is his own offer. */
export function tradeOf(shift: RotaShift, me: string, agrees: boolean): Trade {
  if (shift.offered_to === null) return null;
  if (shift.accepted) return agrees ? 'waits' : 'mine';
  return shift.offered_to === me ? 'asked' : 'mine';
}
