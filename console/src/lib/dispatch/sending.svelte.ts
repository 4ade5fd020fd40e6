// Sending units: what is recommended for an incident, which units are there, and the acts on them. A person decides;
// where somebody was quicker, the refusal carries the unit as it is now, and who sent it is looked up and said.

import { ApiError, type Api } from '../api';
import { t, word } from '../i18n.svelte';
import type { AlertState, Choice, Recommendation, SentUnit, Unit } from '../units/types';
import type { Units } from '../units/units.svelte';
import type { Page, Row } from '../types';

type To = Pick<Row, 'id' | 'number'>;

/** Out of these a unit may be sent elsewhere. */
const DIVERTED_FROM: ReadonlySet<string> = new Set(['offered', 'accepted', 'en_route', 'staged']);
/** Nobody frees these but their crew. */
const WITH_PATIENT: ReadonlySet<string> = new Set(['patient_contact', 'transporting', 'at_destination']);
const LEVELS = 5;

/** A unit to be sent, with what the person saw of it. */
export interface Picked {
  unit: string;
  role?: string | null;
  rank?: number;
  eta_s?: number | null;
  way?: string;
  /** Why it is this one; kept sealed. */
  reason?: string;
}

/** A word that is asked for before a unit goes. */
export interface Asking {
  to: To;
  pick: Picked;
  sign: string;
  /** `why`: another than the first of the list, may be left empty; `leaves`: it is on its way elsewhere. */
  kind: 'why' | 'needed' | 'leaves';
  /** The number that it leaves. */
  leaves: number | null;
  rest: Picked[];
}

export class Dispatching {
  /** The incident chosen on the page of units. */
  chosen = $state<string | null>(null);
  asking = $state.raw<Asking | null>(null);
  busy = $state(false);
  /** What was refused last, with the incident that it was meant for. */
  refused = $state.raw<{ incident: string; text: string } | null>(null);
  /** Grows with each act of ours: whoever shows a recommendation reads it anew. */
  acts = $state(0);

  constructor(
    private readonly api: Api,
    private readonly units: Units,
    private readonly me: string,
    private readonly say: (text: string, urgent: boolean) => void,
  ) {}

  recommendation(incident: string, level: number): Promise<Recommendation> {
    return this.api.get<Recommendation>(`/incidents/${encodeURIComponent(incident)}/recommendation`, { level: String(level) });
  }

  sentTo(incident: string): Promise<SentUnit[]> {
    return this.units.sentTo(incident);
  }

  /** Whom it reached, and how far it came with each. */
  async alertsAt(incident: string): Promise<AlertState[]> {
    return (await this.api.get<Page<AlertState>>(`/incidents/${encodeURIComponent(incident)}/alerts`)).items;
  }

  /** Those that keep an incident open. */
  bound(incident: string): Unit[] {
    return this.units.at(incident).filter((one) => !one.free && !WITH_PATIENT.has(one.status) && one.status !== 'out_of_service');
  }

  /** Send units one after the other; asks for a word where one is wanted, and goes on with the rest after it. */
  async send(to: To, picks: readonly Picked[]): Promise<void> {
    const sent: string[] = [];
    for (const [n, pick] of picks.entries()) {
      const unit = this.units.byId.get(pick.unit);
      const sign = unit?.call_sign ?? pick.unit;
      const elsewhere = unit && unit.incident !== null && unit.incident !== to.id && DIVERTED_FROM.has(unit.status);
      if (elsewhere) {
        this.asking = { to, pick, sign, kind: 'leaves', leaves: unit.incident_number, rest: picks.slice(n + 1) };
        break;
      }
      const outcome = await this.sendOne(to, pick, {});
      if (outcome === 'sent') sent.push(sign);
      if (outcome === 'why') {
        this.asking = { to, pick, sign, kind: 'needed', leaves: null, rest: picks.slice(n + 1) };
        break;
      }
    }
    if (sent.length > 0) this.say(t('send.sent', { signs: sent.join(', '), n: to.number }), false);
  }

  /** A unit that is not the first of the list: why may be said, and is kept. */
  askWhy(to: To, choice: Choice, rank: number): void {
    const unit = this.units.byId.get(choice.unit);
    if (unit?.incident && unit.incident !== to.id) return void this.send(to, [picked(choice, rank)]);
    this.asking = { to, pick: picked(choice, rank), sign: choice.call_sign, kind: 'why', leaves: null, rest: [] };
  }

  async answer(words: string): Promise<void> {
    const { asking } = this;
    const reason = words.trim();
    if (!asking || this.busy || (asking.kind !== 'why' && reason === '')) return;
    const more = { ...(reason ? { reason } : {}), ...(asking.kind === 'leaves' ? { divert: true } : {}) };
    const outcome = await this.sendOne(asking.to, asking.pick, more);
    if (outcome === 'why') return void (this.asking = { ...asking, kind: 'needed' });
    this.asking = null;
    if (outcome === 'sent') this.say(t('send.sent', { signs: asking.sign, n: asking.to.number }), false);
    if (asking.rest.length > 0) await this.send(asking.to, asking.rest);
  }

  private async sendOne(to: To, pick: Picked, more: { reason?: string; divert?: boolean }): Promise<'sent' | 'why' | 'refused'> {
    const { unit, role, rank, eta_s, way, reason } = pick;
    const known = { ...(role ? { role } : {}), ...(rank ? { rank } : {}), ...(eta_s != null ? { eta_s } : {}), ...(way ? { way } : {}), ...(reason ? { reason } : {}) };
    let outcome: 'sent' | 'why' | 'refused' = 'refused';
    await this.act(to.id, async () => {
      try {
        await this.units.send(to.id, unit, { ...known, ...more });
        outcome = 'sent';
      } catch (error) {
        if (!(error instanceof ApiError) || error.field !== 'reason') throw error;
        outcome = 'why';
      }
    });
    return outcome;
  }

  async release(incident: string, units: readonly { id: string; call_sign: string }[]): Promise<void> {
    const gone: string[] = [];
    for (const unit of units) {
      if (await this.act(incident, async () => void (await this.units.release(incident, unit.id)))) gone.push(unit.call_sign);
    }
    if (gone.length > 0) this.say(t('said.units_released', { signs: gone.join(', ') }), false);
  }

  releaseAll(row: To): Promise<void> {
    return this.release(row.id, this.bound(row.id));
  }

  async level(row: To, level: number): Promise<boolean> {
    const done = await this.act(row.id, async () => {
      await this.api.post(`/incidents/${encodeURIComponent(row.id)}/level`, { level });
    });
    if (done) this.say(t('said.level', { n: row.number, level }), false);
    return done;
  }

  /** It needs more: the next level. */
  async lift(row: Row): Promise<boolean> {
    return row.state !== 'closed' && row.alarm_level < LEVELS && (await this.level(row, row.alarm_level + 1));
  }

  /** Do something; what is refused is said, and shown where it was asked. */
  async act(incident: string, doing: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    this.refused = null;
    try {
      await doing();
      return true;
    } catch (error) {
      const text = await this.told(error);
      this.refused = { incident, text };
      this.say(text, true);
      return false;
    } finally {
      this.busy = false;
      this.acts += 1;
    }
  }

  private async told(error: unknown): Promise<string> {
    if (!(error instanceof ApiError)) return t('app.unreachable');
    const unit = error.problem.unit;
    if (!unit) return error.message;
    this.units.hear(unit);
    const who = await this.whoSent(unit);
    if (who === null || who === this.me || unit.incident_number === null) return error.message;
    const status = word('unit_status', unit.status);
    return t('send.quicker', { who, sign: unit.call_sign, n: unit.incident_number, status });
  }

  private async whoSent(unit: Unit): Promise<string | null> {
    if (!unit.incident || !unit.assignment) return null;
    const sent = await this.units.sentTo(unit.incident).catch(() => []);
    return sent.find((one) => one.assignment === unit.assignment)?.by ?? null;
  }
}

export function picked(choice: Choice, rank: number): Picked {
  return { unit: choice.unit, role: choice.role, rank, eta_s: choice.eta_s, way: choice.way };
}
