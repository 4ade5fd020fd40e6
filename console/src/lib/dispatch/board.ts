// The board of units: who stands where, what looks at first, how long a status lasts. Pure.

import type { Ring } from '../bell';
import type { Unit, UnitStatus } from '../units/types';

export type Looks = 'distress' | 'late' | 'soon' | 'busy' | 'free' | 'away';

const AWAY: ReadonlySet<UnitStatus> = new Set(['off_duty', 'out_of_service']);
/** From so much of its time on a timer warns. */
const SOON = 0.75;

export interface Timer {
  ms: number;
  looks: '' | 'warn' | 'bad';
}

/** How long a unit is in its status, and whether that is too long. */
export function timerOf(unit: Pick<Unit, 'since' | 'overdue_at'>, now: number): Timer | null {
  if (unit.since === null) return null;
  const since = Date.parse(unit.since);
  const ms = Math.max(0, now - since);
  if (unit.overdue_at === null) return { ms, looks: '' };
  const due = Date.parse(unit.overdue_at);
  if (now >= due) return { ms, looks: 'bad' };
  return { ms, looks: now - since >= (due - since) * SOON ? 'warn' : '' };
}

export function looksOf(unit: Unit, now: number): Looks {
  if (unit.status === 'distress') return 'distress';
  if (!unit.on_duty || AWAY.has(unit.status)) return 'away';
  const timer = timerOf(unit, now);
  if (timer?.looks === 'bad') return 'late';
  if (timer?.looks === 'warn') return 'soon';
  return unit.free ? 'free' : 'busy';
}

export interface Group {
  service: string;
  /** Null: they belong to no station. */
  station: string | null;
  units: Unit[];
}

function bySign(one: Unit, other: Unit): number {
  return one.call_sign.localeCompare(other.call_sign, undefined, { numeric: true });
}

const SERVICES = ['fire', 'ems', 'care', 'police', 'guard', 'service', 'lift', 'keyholder'];

/** Distress first, whatever its service; who asks for more next; then by service and station in a fixed order: a unit
 * keeps its place while its status changes. Who is off duty is left out. */
export function board(units: readonly Unit[]): { first: Unit[]; groups: Group[] } {
  const shown = units.filter((one) => one.on_duty).sort(bySign);
  const distress = shown.filter((one) => one.status === 'distress');
  const more = shown.filter((one) => one.status !== 'distress' && one.needs_more);
  const first = [...distress, ...more];
  const groups = new Map<string, Group>();
  for (const unit of shown) {
    if (first.includes(unit)) continue;
    const key = `${unit.service}/${unit.station ?? ''}`;
    const group = groups.get(key) ?? { service: unit.service, station: unit.station_name, units: [] };
    group.units.push(unit);
    groups.set(key, group);
  }
  const place = ({ service }: Group) => (SERVICES.indexOf(service) + SERVICES.length) % SERVICES.length;
  const sorted = [...groups.values()].sort(
    (one, other) => place(one) - place(other) || (one.station ?? '').localeCompare(other.station ?? '', undefined, { numeric: true }),
  );
  return { first, groups: sorted };
}

/** All units as they stand on the board, from the top. */
export function inOrder({ first, groups }: ReturnType<typeof board>): Unit[] {
  return [...first, ...groups.flatMap((group) => group.units)];
}

/** What of the units is heard: distress at once and until it ends, who is overdue once and softly. */
export class UnitBell {
  private readonly rung = new Map<string, number>();

  tick(units: readonly Unit[], now: number): Ring[] {
    const rings: Ring[] = [];
    const alive = new Set<string>();
    for (const unit of units) {
      const late = unit.status !== 'distress' && timerOf(unit, now)?.looks === 'bad';
      if (unit.status !== 'distress' && !late) continue;
      const key = `${unit.id}/${unit.status}/${unit.since}`;
      alive.add(key);
      const last = this.rung.get(key);
      if (last !== undefined && (late || now - last < AGAIN_MS)) continue;
      this.rung.set(key, now);
      rings.push(late ? { tone: 'admin', priority: 4, id: `unit/${unit.id}` } : { tone: 'person', priority: 1, id: `unit/${unit.id}`, late: true });
    }
    for (const key of this.rung.keys()) if (!alive.has(key)) this.rung.delete(key);
    return rings;
  }
}

const AGAIN_MS = 15_000;
