// The responder's phone: with which unit one is on duty, where it is sent, what one has said that is still unsent.

import { idempotencyKey } from '../api';
import type { Desk } from '../desk.svelte';
import { timers } from '../timers';
import type { Unit, UnitStatus } from '../units/types';
import { Outgoing, sayings, type Dropped, type Saying } from './outgoing';
import { follow, type Fix, type Sight } from './position';
import type { Alert, CrewSite, DutyNow } from './types';

const CONSENT = 'belfry.position';
const TOGETHER_MS = 150;

export class Phone {
  duty = $state.raw<DutyNow | null>(null);
  unsent = $state.raw<readonly Saying[]>([]);
  dropped = $state.raw<readonly Dropped[]>([]);
  site = $state.raw<CrewSite | null>(null);
  /** Why the last thing asked for did not come. */
  failed = $state<string | null>(null);
  sight = $state<Sight>('off');
  agreed = $state(read(CONSENT));
  online = $state(navigator.onLine);

  private readonly outgoing: Outgoing;
  private answers = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private unfollow: (() => void) | null = null;
  private stops: (() => void)[] = [];

  constructor(private readonly desk: Desk) {
    const post = (path: string, body: unknown, headers: Record<string, string>) => desk.api.post(path, body, headers);
    this.outgoing = new Outgoing(desk.me, sayings, post, timers, () => Date.now(), (waiting, dropped, answer) => {
      this.unsent = waiting;
      if (dropped) this.dropped = [dropped, ...this.dropped].slice(0, 5);
      if (dropped || answer !== null) this.hear(answer);
    });
  }

  start(): void {
    const back = () => {
      this.online = navigator.onLine;
      this.outgoing.hurry();
      this.look();
    };
    const seen = () => document.visibilityState === 'visible' && back();
    addEventListener('online', back);
    addEventListener('offline', back);
    document.addEventListener('visibilitychange', seen);
    this.stops.push(() => {
      removeEventListener('online', back);
      removeEventListener('offline', back);
      document.removeEventListener('visibilitychange', seen);
    });
    void this.outgoing.start();
    void this.load();
  }

  stop(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
    clearTimeout(this.timer);
    this.unfollow?.();
    this.unfollow = null;
    this.outgoing.stop();
  }

  /** The status as this phone says it: what is unsent counts here already. */
  get status(): UnitStatus {
    const said = this.unsent.filter((one) => one.what === 'status').at(-1);
    return (said?.body['status'] as UnitStatus | undefined) ?? this.duty?.unit?.status ?? 'off_duty';
  }

  get accepted(): boolean {
    return this.duty?.incident?.accepted === true;
  }

  /** Nothing of it is in the way of a new version. */
  get idle(): boolean {
    return this.unsent.length === 0 && !this.duty?.incident && this.desk.alerts.calling.length === 0;
  }

  /** An answer counts at once: what is said next must not speak of the status before it. */
  private hear(answer: unknown): void {
    this.answers += 1;
    const unit = answer as Unit | null;
    if (this.duty?.unit && unit !== null && unit.id === this.duty.unit.id) this.duty = { ...this.duty, unit };
    this.look();
  }

  /** Something changed: look once for many changes. */
  look(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(), TOGETHER_MS);
  }

  async load(): Promise<void> {
    const { answers } = this;
    try {
      const duty = await this.desk.api.get<DutyNow>('/me/duty');
      if (answers !== this.answers) return this.look(); // asked before something that is answered by now
      this.duty = duty;
      if (this.site && this.site.incident !== duty.incident?.id) this.site = null;
      this.followOrNot();
    } catch {
      // what is shown is as old as the line says
    }
  }

  async signOn(unit: string, until: string | null, onCall: boolean): Promise<void> {
    await this.act(async () => {
      await this.desk.units.signOn(unit, { ...(until ? { until } : {}), ...(onCall ? { on_call: true } : {}) });
    });
  }

  async signOff(): Promise<void> {
    const unit = this.duty?.unit;
    if (!unit) return;
    await this.act(async () => void (await this.desk.units.signOff(unit.id)));
  }

  say(status: UnitStatus, more: Record<string, unknown> = {}): void {
    const unit = this.duty?.unit;
    if (!unit) return;
    const assignment = unit.assignment ? { assignment: unit.assignment } : {};
    const body = { status, ...assignment, occurred_at: new Date().toISOString(), ...more };
    void this.outgoing.say(idempotencyKey(), 'status', `/units/${unit.id}/status`, body);
  }

  note(text: string): void {
    const incident = this.duty?.incident;
    if (incident) void this.outgoing.say(idempotencyKey(), 'note', `/incidents/${incident.id}/crew/note`, { text });
  }

  answer(alert: Alert, answer: 'accepted' | 'refused', minutes: number | null = null): void {
    this.desk.alerts.answered(alert.alert, answer);
    const body = { answer, ...(minutes === null ? {} : { eta_s: minutes * 60 }) };
    void this.outgoing.say(idempotencyKey(), 'answer', `/me/alerts/${alert.alert}`, body);
  }

  distress(): void {
    void this.outgoing.say(idempotencyKey(), 'distress', '/me/distress', {});
  }

  async showSite(): Promise<void> {
    const incident = this.duty?.incident;
    if (!incident) return;
    await this.act(async () => {
      this.site = await this.desk.api.post<CrewSite>(`/incidents/${incident.id}/crew/site`);
    });
  }

  forgetDropped(): void {
    this.dropped = [];
  }

  agree(yes: boolean): void {
    this.agreed = yes;
    keep(CONSENT, yes);
    this.followOrNot();
  }

  private followOrNot(): void {
    const unit = this.duty?.unit ?? null;
    const wanted = this.agreed && unit !== null;
    if (wanted === (this.unfollow !== null)) return;
    if (!wanted) {
      this.unfollow?.();
      this.unfollow = null;
      return;
    }
    this.unfollow = follow(() => this.status, (fix) => this.moved(fix), (sight) => (this.sight = sight));
  }

  private async moved({ latitude, longitude, at }: Fix): Promise<void> {
    const unit = this.duty?.unit;
    if (unit) await this.desk.units.moved(unit.id, { latitude, longitude, at: new Date(at).toISOString() });
  }

  private async act(work: () => Promise<void>): Promise<void> {
    this.failed = null;
    try {
      await work();
    } catch (error) {
      this.failed = error instanceof Error ? error.message : String(error);
    }
    await this.load();
  }
}

function read(name: string): boolean {
  try {
    return localStorage.getItem(name) === 'yes';
  } catch {
    return false;
  }
}

function keep(name: string, yes: boolean): void {
  try {
    localStorage.setItem(name, yes ? 'yes' : 'no');
  } catch {
    // for as long as the page lasts
  }
}
