// The units that this person may know of, as they are: loaded with the queue, then told by the stream one by one.

import type { Api } from '../api';
import type { Page } from '../types';
import type { SentUnit, Unit, UnitStatus, Where } from './types';

/** What is said of a unit beside its status. */
export interface Said {
  assignment?: string;
  occurred_at?: string;
  position?: { latitude: number; longitude: number; at?: string };
  eta_s?: number;
  needs_more?: boolean;
  reason?: string;
}

export class Units {
  all = $state.raw<readonly Unit[]>([]);
  loaded = $state(false);

  readonly byId = $derived(new Map(this.all.map((one) => [one.id, one])));
  readonly onDuty = $derived(this.all.filter((one) => one.on_duty));

  constructor(
    private readonly api: Api,
    private readonly me: string,
  ) {}

  /** The unit that one is signed on to. */
  get mine(): Unit | null {
    return this.all.find((one) => one.crew.some((member) => member.user === this.me)) ?? null;
  }

  at(incident: string): readonly Unit[] {
    return this.all.filter((one) => one.incident === incident);
  }

  async load(): Promise<void> {
    this.all = (await this.api.get<Page<Unit>>('/units')).items;
    this.loaded = true;
  }

  hear(unit: Unit): void {
    const known = this.byId.has(unit.id);
    this.all = known
      ? this.all.map((one) => (one.id === unit.id ? unit : one))
      : [...this.all, unit].sort((one, other) => one.call_sign.localeCompare(other.call_sign, undefined, { numeric: true }));
  }

  /** It is none of one's own any more. */
  forget(id: string): void {
    if (this.byId.has(id)) this.all = this.all.filter((one) => one.id !== id);
  }

  async signOn(unit: string, more: { user?: string; until?: string; on_call?: boolean } = {}): Promise<Unit> {
    return this.told(await this.api.post<Unit>(`/units/${unit}/crew`, more));
  }

  async signOff(unit: string, user?: string): Promise<Unit> {
    return this.told(await this.api.post<Unit>(`/units/${unit}/crew/leave`, user === undefined ? {} : { user }));
  }

  async say(unit: string, status: UnitStatus, said: Said = {}): Promise<Unit> {
    return this.told(await this.api.post<Unit>(`/units/${unit}/status`, { status, ...said }));
  }

  async moved(unit: string, where: Pick<Where, 'latitude' | 'longitude'> & { at?: string }): Promise<void> {
    await this.api.post<null>(`/units/${unit}/position`, where);
  }

  /** Every unit that was sent there, in the order of sending. */
  async sentTo(incident: string): Promise<SentUnit[]> {
    return (await this.api.get<Page<SentUnit>>(`/incidents/${incident}/units`)).items;
  }

  async send(
    incident: string,
    unit: string,
    more: { divert?: boolean; role?: string; rank?: number; eta_s?: number; way?: string; reason?: string } = {},
  ): Promise<SentUnit[]> {
    return (await this.api.post<Page<SentUnit>>(`/incidents/${incident}/units`, { unit, ...more })).items;
  }

  async release(incident: string, unit: string, reason?: string): Promise<SentUnit[]> {
    const body = reason === undefined ? {} : { reason };
    return (await this.api.post<Page<SentUnit>>(`/incidents/${incident}/units/${unit}/release`, body)).items;
  }

  private told(unit: Unit): Unit {
    this.hear(unit);
    return unit;
  }
}
