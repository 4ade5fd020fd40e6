// The plan of the open incident at this desk: which step is shown large, whether it was begun, what it still wants.
// Nothing is decided here: every press becomes an act that the centre judges, and the answer is read again.

import { tick } from 'svelte';
import type { Api } from '../api';
import { now } from '../now.svelte';
import { isField } from '../keys';
import { beside, calleeOf, isQuestion, mayLack, minutesOf, shownOf, singleOf, waits, wantOf, wantsBeginning, type Want } from './steps';
import type { AgencyCall, Outcome, Run, RunStep, StepType } from './types';
import type { Act, Detail } from '../types';

/** What the plan needs of the open incident. */
export interface Host {
  readonly id: string | null;
  readonly detail: Detail | null;
  readonly busy: boolean;
  /** Digits belong to something else now: a panel, or what is proposed. */
  readonly occupied: boolean;
  /** The field for which the last act was refused. */
  readonly refusedFor: string | null;
  can(act: Act): boolean;
  act(act: Act, words: Record<string, unknown>): Promise<boolean>;
  /** Ask how long it is held, and why. */
  askHold(): void;
}

/** A D that was pressed while the plan was still on its way counts for so long. */
const AHEAD_MS = 3_000;
/** A question that opens by itself takes no digit so long after it is shown, nor does a D that is pressed twice do two
 * things: whoever presses faster meant what was there before, or his key bounced. */
const GUARD_MS = 500;
/** So long an answer may be taken back; the centre has the last word. */
const TAKE_BACK_MS = 20_000;
const MINUTE_MS = 60_000;
export const NOW_ID = 'plan-now';

export class PlanOf {
  run = $state.raw<Run | null>(null);
  failed = $state(false);
  /** The step that was begun; its outcomes have the digits. */
  begun = $state<string | null>(null);
  /** It opened by itself: what nobody takes back still wants its D. */
  bySelf = $state(false);
  /** A digit was pressed that wants a D first. */
  early = $state(false);
  /** What was answered a moment ago, and may be taken back. */
  answered = $state.raw<{ step: string; do: StepType; outcome: Outcome; until: number } | null>(null);
  /** The outcome that was chosen and wants more. */
  wants = $state<{ outcome: Outcome; want: Want; asked: Want[]; given: Record<string, unknown> } | null>(null);
  skipping = $state(false);
  /** Said where closing was asked for too early. */
  leading = $state(false);
  /** What was sent too early: something typed is missing. */
  lacking = $state(false);
  private asked = $state<string | null>(null);
  private chosen = $state<string | null>(null);
  private dialled = $state<string | null>(null);
  private ahead = 0;
  /** The next step that is shown opens by itself. */
  private opening = false;
  private opens: ReturnType<typeof setTimeout> | undefined;
  /** When what is shown came in the place of what a D has done; 0 behind a digit. */
  private shownSince = 0;
  private byD = false;
  private reading: Promise<void> | null = null;
  private again = false;
  /** Up to where the centre's story is in what is shown. */
  private shownAt = $state<string | null>(null);

  constructor(
    private readonly host: Host,
    private readonly api: Api,
  ) {}

  readonly step = $derived.by((): RunStep | null => (this.run ? shownOf(this.run, this.asked) : null));
  readonly callee = $derived.by(() => (this.run && this.step?.do === 'call_contact' ? calleeOf(this.run, this.chosen) : null));
  readonly agency = $derived.by((): AgencyCall | null => this.run?.agencies.find(({ id }) => id === this.chosen) ?? this.run?.agencies[0] ?? null);
  /** Only the present step has people to call and services to dial. */
  readonly isNow = $derived(this.step !== null && this.step.id === this.run?.at);
  readonly waiting = $derived.by(() => this.step !== null && waits(this.step, now.value, this.host.detail?.restore.restored ?? false));

  /** Whether what is shown is what the centre last said of the incident. */
  get fresh(): boolean {
    return this.run !== null && this.run.version === this.host.detail?.version;
  }

  forget(): void {
    this.run = null;
    this.failed = false;
    this.shownAt = null;
    this.opening = false;
    this.answered = null;
    this.stop();
    this.asked = null; // a D that was pressed while the next one is on its way still counts
  }

  /** The incident is shown anew: its plan may stand elsewhere now. */
  heard(detail: Detail): void {
    if (this.shownAt === `${detail.id} ${detail.updated}` && this.fresh) return;
    void this.read();
  }

  /** Read it anew; whoever asks meanwhile waits for the answer to what he asked. */
  read(): Promise<void> {
    if (this.reading) this.again = true;
    else this.reading = this.readUntilLast();
    return this.reading;
  }

  private async readUntilLast(): Promise<void> {
    await Promise.resolve(); // so that it stands in `reading` before it can be over
    try {
      do {
        this.again = false;
        const { id } = this.host;
        const updated = this.host.detail?.updated ?? '';
        if (!id) break;
        const run = await this.api.get<Run>(`/incidents/${encodeURIComponent(id)}/plan`);
        if (this.host.id === id) this.show(run, `${id} ${updated}`);
      } while (this.again);
    } catch {
      this.failed = this.run === null;
    } finally {
      this.reading = null;
    }
    this.catchUp();
  }

  /** D: begin the step that is shown. One with a single outcome is done with it; a wait is held for. */
  start(): void {
    if (this.host.busy || !this.fresh) {
      this.ahead = Date.now();
      return;
    }
    const { step } = this;
    const single = step && singleOf(step);
    // Pressed before it was seen, it begins a question and does nothing more.
    const blind = this.ahead > 0 || Date.now() - this.shownSince < GUARD_MS;
    this.ahead = 0;
    if (!step || !this.host.can('do') || step.withheld || (single && blind)) return;
    this.stop();
    this.begun = step.id;
    void tick().then(() => document.getElementById(NOW_ID)?.focus());
    if (this.waiting) void this.hold();
    else if (single) void this.choose(single);
  }

  /** Somebody has just taken it: its first question opens by itself. */
  openNext(): void {
    this.opening = true;
  }

  /** A digit that was pressed while a question opens: from there on it waits anew. True where one does. */
  bounced(): boolean {
    if (this.opens === undefined) return false;
    this.openSoon();
    return true;
  }

  /** Hold the incident for what the present wait is for. */
  async hold(): Promise<void> {
    const { step } = this;
    if (!step || !this.isNow || !this.host.can('hold')) return;
    const told = this.run?.steps.some((one) => one.do === 'notify' && one.outcome === 'passed') ?? false;
    if (this.host.detail?.priority === 1 && !told) return this.host.askHold();
    if (!(await this.host.act('hold', { step: step.id })) && this.host.refusedFor === 'reason') this.host.askHold();
  }

  /** An outcome by its digit. */
  press(outcome: Outcome): void {
    this.early = this.bySelf && this.step !== null && wantsBeginning(this.step, outcome);
    if (!this.early) void this.choose(outcome);
  }

  /** An outcome by its key or its button. */
  async choose(outcome: Outcome): Promise<void> {
    const { step } = this;
    if (!step || !this.fresh || !this.host.can('do') || this.host.busy || (step.do === 'wait' && this.waiting)) return;
    this.shut();
    this.ahead = 0;
    this.byD = singleOf(step) !== null;
    this.begun = step.id;
    this.skipping = this.lacking = false;
    const want = wantOf(step, outcome);
    if (!want) return this.send(outcome, {});
    await this.want(outcome, want, [], {});
  }

  /** What the outcome wanted was typed. */
  async give(text: string): Promise<void> {
    const { wants, step } = this;
    if (!wants || !step) return;
    const minutes = minutesOf(text);
    const left = text.trim() === '' && mayLack(step, wants.want);
    this.lacking = !left && (wants.want === 'minutes' ? minutes === null : text.trim() === '');
    if (this.lacking) return;
    const asked = [...wants.asked, wants.want];
    const given = { ...wants.given };
    if (wants.want !== 'minutes') given[wants.want] = text.trim();
    else if (minutes !== null) given.arrives_at = new Date(now.value + minutes * MINUTE_MS).toISOString();
    const next = wants.want === 'override' ? null : wantOf(step, wants.outcome, asked);
    if (next) await this.want(wants.outcome, next, asked, given);
    else await this.send(wants.outcome, given);
  }

  async startSkipping(): Promise<void> {
    if (!this.step || !this.fresh || !this.host.can('skip')) return;
    this.stop();
    this.skipping = true;
    await tick();
    document.getElementById('plan-skip')?.focus();
  }

  async skip(reason: string): Promise<void> {
    const { step } = this;
    this.lacking = reason.trim() === '';
    if (!step || this.lacking) return;
    if (await this.host.act('skip', { step: step.id, reason: reason.trim() })) await this.done();
  }

  /** The last answer was a slip of the hand. */
  async undo(): Promise<void> {
    const { answered } = this;
    if (!answered || now.value > answered.until) return;
    this.stop();
    this.answered = null;
    if (await this.host.act('undo', { step: answered.step })) await this.done();
  }

  async arrived(contact: string | null, reason: string | null = null): Promise<void> {
    const given_up = reason !== null;
    await this.host.act('arrived', { ...(contact ? { contact } : {}), ...(given_up ? { given_up, reason } : {}) });
  }

  /** Leave what was begun; true where there was something to leave. */
  stop(): boolean {
    const was = this.begun !== null || this.skipping || this.wants !== null;
    this.shut();
    this.begun = this.wants = this.chosen = this.dialled = null;
    this.skipping = this.lacking = this.leading = false;
    return was;
  }

  /** Show a step that may be done ahead of its turn. */
  look(id: string): void {
    this.stop();
    this.asked = id;
    void tick().then(() => document.getElementById(NOW_ID)?.focus());
  }

  /** Closing was asked for while something is owed: lead to it. False where nothing is. */
  lead(owed: readonly string[] = this.run?.owed ?? []): boolean {
    const first = owed[0];
    if (!first || !this.run) return false;
    this.look(first);
    this.leading = true;
    return true;
  }

  /** The next or the previous one who can be called, or told. */
  other(step: 1 | -1): void {
    const { run } = this;
    if (!run || !this.isNow) return;
    const able = run.calls.filter(({ why }) => why === null);
    if (this.step?.do === 'call_contact') this.chosen = beside(able, this.callee, step)?.contact ?? null;
    else this.chosen = beside(run.agencies, this.agency, step)?.id ?? null;
    this.dialled = null;
  }

  pick(id: string): void {
    this.chosen = id;
    this.dialled = null;
  }

  /** Which number was pressed: it is written down with what came of it. */
  dial(number: string): void {
    this.dialled = number;
  }

  private show(run: Run, at: string): void {
    this.run = run;
    this.shownAt = at;
    this.failed = false;
    if (this.asked && shownOf(run, this.asked)?.id !== this.asked) this.asked = null;
    // Whatever was begun of a step that is over meanwhile must not count for the next one.
    if (this.begun && this.step?.id !== this.begun) this.stop();
  }

  private catchUp(): void {
    if (this.wants || this.skipping) return;
    if (this.ahead > 0 && Date.now() - this.ahead < AHEAD_MS && this.fresh && !this.host.busy) this.start();
    else if (this.opening && this.run) this.openSoon();
  }

  /** Open the question that is shown, once it was there for a moment. */
  private openSoon(): void {
    const { step } = this;
    this.opening = false;
    this.shut();
    if (!step || !this.mayOpen(step)) return;
    this.opens = setTimeout(() => this.openBySelf(step.id), GUARD_MS);
  }

  private openBySelf(id: string): void {
    this.opens = undefined;
    const { step } = this;
    if (!step || step.id !== id || this.begun || this.skipping || !this.mayOpen(step)) return;
    if (isField(document.activeElement)) return; // somebody types: his digits are his
    if (this.host.busy || !this.fresh) {
      this.opens = setTimeout(() => this.openBySelf(id), GUARD_MS);
      return;
    }
    this.begun = id;
    this.bySelf = true;
    document.getElementById(NOW_ID)?.focus();
  }

  private mayOpen(step: RunStep): boolean {
    return this.isNow && isQuestion(step) && this.host.can('do') && !this.host.occupied;
  }

  private shut(): void {
    clearTimeout(this.opens);
    this.opens = undefined;
    this.bySelf = this.early = false;
  }

  private async send(outcome: Outcome, more: Record<string, unknown>): Promise<void> {
    const { step } = this;
    if (!step) return;
    if (await this.host.act('do', { step: step.id, outcome, ...this.whom(step), ...more })) {
      const until = now.value + TAKE_BACK_MS;
      this.answered = this.host.can('undo') ? { step: step.id, do: step.do, outcome, until } : null;
      await this.done();
    } else if (this.host.refusedFor === 'override') await this.want(outcome, 'override', [], more);
  }

  private async want(outcome: Outcome, want: Want, asked: Want[], given: Record<string, unknown>): Promise<void> {
    this.wants = { outcome, want, asked, given };
    await tick();
    document.getElementById('plan-want')?.focus();
  }

  /** Whom it was said to, and on which number. */
  private whom(step: RunStep): Record<string, unknown> {
    if (!this.isNow) return {};
    if (step.do === 'call_contact' && this.callee) {
      const { contact, numbers } = this.callee;
      const at = numbers.length === 1 ? 0 : numbers.findIndex(({ number }) => number === this.dialled);
      return { contact, ...(at >= 0 ? { number: at } : {}) };
    }
    return (step.do === 'notify' || step.do === 'send') && this.agency ? { agency: this.agency.id } : {};
  }

  private async done(): Promise<void> {
    this.stop();
    this.asked = null;
    await this.read();
    this.shownSince = this.byD ? Date.now() : 0;
    if (!this.begun) this.openSoon();
    await tick();
    // Whoever was quicker than the answer types already.
    if (!this.wants && !this.skipping && !isField(document.activeElement)) document.getElementById(NOW_ID)?.focus();
  }
}
