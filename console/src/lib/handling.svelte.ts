// The incident that is open beside the queue: its whole story, and the acts on it. Every act sends the version that
// was seen; where somebody was quicker, the refusal carries the incident as it is now and that is shown at once.

import { ApiError, Unreachable } from './api';
import type { Desk } from './desk.svelte';
import { t } from './i18n.svelte';
import { kinds } from './kinds.svelte';
import { PlanOf } from './plan/run.svelte';
import { compare } from './position';
import { EMPTY, withNewest, withOlder, type Story } from './timeline';
import type { Act, Detail, Item, Page, Row } from './types';

export type Panel = 'takeover' | 'hold' | 'reclassify' | 'close' | 'reopen' | 'extend' | 'calls' | 'score' | 'merge' | 'send';

/** The centre takes an incident back from who does nothing for two minutes; writing a long note is doing something. */
const STIRRED_EVERY_MS = 40_000;

/** A cascade of signals asks for the story at most this often. */
const REFRESH_EVERY_MS = 300;

/** Acts after which one's hands are free. */
const FREES: ReadonlySet<Act> = new Set<Act>(['release', 'hold', 'close']);

export class Handling {
  id = $state<string | null>(null);
  detail = $state.raw<Detail | null>(null);
  /** Signals whose story this pane has shown: what closing may say was seen. The row may already count more. */
  seen = 0;
  story = $state.raw<Story>(EMPTY);
  panel = $state<Panel | null>(null);
  /** An act is on its way. */
  busy = $state(false);
  /** The act on its way gives the incident out of hand: whoever presses N meanwhile means what comes then. */
  private frees = false;
  private nextWanted = false;
  failed = $state<string | null>(null);
  /** The field for which the last act was refused. */
  refusedFor: string | null = null;
  /** What it asks for, and how far that is. */
  readonly plan: PlanOf;
  private refreshing = false;
  private stale = false;
  private seenAt = 0;

  constructor(private readonly desk: Desk) {
    this.plan = new PlanOf(this, desk.api);
    desk.watch((row) => this.heard(row));
  }

  async open(id: string): Promise<void> {
    if (this.id !== id) {
      this.leave();
      this.id = this.desk.cursor = id;
    }
    await this.refresh();
  }

  leave(): void {
    this.id = null;
    this.detail = null;
    this.story = EMPTY;
    this.panel = this.failed = null;
    this.plan.forget();
  }

  /** A key or a touch: whoever works on an incident shows it, at most every forty seconds. */
  stirred(): void {
    const mine = this.detail?.state === 'taken' && this.detail.taken_by === this.desk.me;
    if (mine && Date.now() - this.seenAt >= STIRRED_EVERY_MS) void this.refresh();
  }

  can(act: Act): boolean {
    return this.detail?.acts.includes(act) ?? false;
  }

  async takeNext(): Promise<void> {
    if (this.frees) this.nextWanted = true; // it follows the act that is on its way; else that one counts alone
    await this.ask('next', async () => {
      const got = await this.desk.api.post<{ incident: Detail; parked: string[] } | null>('/incidents/next');
      if (!got) return this.desk.say(t('said.nothing'));
      this.show(got.incident);
      const { number, label } = naming(got.incident);
      const parked = got.parked.length > 0 ? ` ${t('said.parked', { n: got.parked.length })}` : '';
      this.desk.say(t('said.next', { number, label }) + parked);
      this.plan.openNext();
    });
  }

  /** Digits belong to a panel, or to whose the account may be; or a user of the site cancelled it, and nothing is asked. */
  get occupied(): boolean {
    const { detail } = this;
    const proposed = this.can('assign') && (detail?.proposals.some((one) => one.account_id !== detail.account_id) ?? false);
    return this.panel !== null || proposed || (detail?.flags.includes('cancelled') ?? false);
  }

  askHold(): void {
    if (this.can('hold')) this.panel = 'hold';
  }

  /** Take a row that need not be the open one. */
  async take(row: Row): Promise<void> {
    if (await this.act('take', {}, row)) this.plan.openNext();
  }

  /** One act with its words; true where it was done. */
  async act(act: Act, words: Record<string, unknown> = {}, row: Row | null = this.detail): Promise<boolean> {
    if (!row) return false;
    const body = act === 'note' ? words : { version: row.version, ...words };
    if (!this.busy) this.frees = FREES.has(act);
    return this.ask(row.id, async () => {
      const after = await this.desk.api.post<Detail>(`/incidents/${encodeURIComponent(row.id)}/${act}`, body);
      this.show(after);
      if (this.panel !== 'calls') this.panel = null; // one call after the other
      this.desk.say(t(`said.${act}`, naming(after)));
    });
  }

  /** Whether the closing that this incident misses can be put off here. */
  get extends(): boolean {
    const { detail } = this;
    return detail?.kind === 'PROP.CLOSE.LATE' && detail.account_id !== null && this.can('hold');
  }

  /** Put a missed closing off and hold its incident until then; asks for the pass-word where the site has one. */
  async extend(minutes: number, said: string | null = null): Promise<void> {
    const { detail } = this;
    if (!this.extends || !detail?.account_id) return;
    const path = `/accounts/${encodeURIComponent(detail.account_id)}/schedule/extend`;
    let until: string | null = null;
    await this.ask(detail.id, async () => {
      try {
        const body = { minutes, incident: detail.id, ...(said ? { word: said } : {}) };
        ({ until } = await this.desk.api.post<{ until: string }>(path, body));
      } catch (error) {
        if (!(error instanceof ApiError) || error.type !== 'belfry:word-needed') throw error;
        this.panel = 'extend';
      }
    });
    if (until === null) return;
    this.show(await this.desk.api.get<Detail>(`/incidents/${encodeURIComponent(detail.id)}`));
    await this.act('hold', { until, on: 'signal' });
  }

  async older(): Promise<void> {
    const { id, story } = this;
    if (!id || story.before === null) return;
    const query = { before: story.before, limit: '500' };
    const page = await this.desk.api.get<Page<Item>>(`/incidents/${encodeURIComponent(id)}/timeline`, query);
    if (this.id === id) this.story = withOlder(this.story, page.items, page.next);
  }

  private async ask(id: string, doing: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.failed = this.refusedFor = null;
    let done = false;
    try {
      await doing();
      done = true;
    } catch (error) {
      this.refused(id, error);
    } finally {
      this.busy = this.frees = false;
    }
    const next = this.nextWanted && done; // what was refused is looked at first
    this.nextWanted = false;
    if (next) void this.takeNext();
    return done;
  }

  private refused(id: string, error: unknown): void {
    if (error instanceof ApiError) {
      const { incident, message, status } = error;
      if (incident) {
        this.desk.queue.fold([incident]);
        if (incident.id === this.id) this.show(incident);
      }
      // Closing too early leads to what is owed, and is no conflict with anybody.
      if (error.type === 'belfry:owed' && this.plan.lead(error.problem.steps)) this.panel = null;
      else if (status === 409) this.desk.conflict(incident?.id ?? id, message);
      this.failed = message;
      this.refusedFor = error.field ?? null;
      this.desk.say(t('said.failed', { why: message }), true);
    } else if (error instanceof Unreachable) {
      this.failed = t('said.unreachable');
      this.desk.say(this.failed, true);
    } else {
      throw error;
    }
  }

  private show(detail: Detail): void {
    if (this.id !== detail.id) {
      this.leave();
      this.id = this.desk.cursor = detail.id;
    }
    if (this.detail && compare(detail.updated, this.detail.updated) < 0) return;
    this.detail = detail;
    this.seen = detail.signals_seq;
    this.story = withNewest(this.story, detail.timeline, detail.timeline_before);
    this.plan.heard(detail);
    this.desk.queue.fold([detail]);
  }

  /** The stream told of a row: where it is the open one, its story has grown. */
  private heard(row: Row): void {
    const { detail } = this;
    if (!detail || row.id !== detail.id) return;
    // What stands close by is no entry of its own: the row says another number at the same place of the journal.
    if (compare(row.updated, detail.updated) <= 0 && row.neighbours === detail.neighbours) return;
    if (compare(row.updated, detail.updated) < 0) return;
    const lost = detail.state === 'taken' && detail.taken_by === this.desk.me && row.taken_by !== this.desk.me;
    if (lost && !this.busy && row.state === 'taken') {
      this.desk.say(t('said.lost', { who: row.taken_by ?? '', ...naming(row) }), true);
    } else if (lost && !this.busy && row.state === 'waiting') {
      this.desk.say(t('said.returned', naming(row)), true);
    }
    // What the row tells is shown at once; its story and acts follow. An own act under way is shown by its answer,
    // together with its panel going: keys typed in between would land in the panel.
    if (!this.busy) this.detail = { ...detail, ...row };
    void this.refresh();
  }

  /** Read the story anew: what came of a notice is told by no row. Unlike the incident itself, reading it says nothing
   * of somebody being there. */
  async look(): Promise<void> {
    const { id } = this;
    if (!id) return;
    try {
      const page = await this.desk.api.get<Page<Item>>(`/incidents/${encodeURIComponent(id)}/timeline`);
      if (this.id === id) this.story = withNewest(this.story, page.items, page.next);
    } catch {
      return; // the next look tells, and the connection says what is wrong
    }
  }

  private async refresh(): Promise<void> {
    if (this.refreshing) {
      this.stale = true;
      return;
    }
    this.refreshing = true;
    const { id } = this;
    this.seenAt = Date.now();
    try {
      if (id) {
        const detail = await this.desk.api.get<Detail>(`/incidents/${encodeURIComponent(id)}`);
        if (this.id === id) this.show(detail);
      }
    } catch (error) {
      if (this.id === id && !this.detail) this.refused(id ?? '', error);
    }
    await new Promise((resolve) => setTimeout(resolve, REFRESH_EVERY_MS));
    this.refreshing = false;
    if (this.stale || (this.id && this.id !== id)) {
      this.stale = false;
      void this.refresh();
    }
  }
}

function naming(row: Row): { number: string; label: string } {
  return { number: `#${row.number}`, label: kinds.label(row) };
}
