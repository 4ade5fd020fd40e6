// Calling through a list at this desk: who is chosen, what was dialled, what came of it. The centre counts and judges.

import { tick } from 'svelte';
import type { Api } from '../api';
import type { Outcome } from '../plan/types';
import { minutesOf } from '../plan/steps';
import { now } from '../now.svelte';
import type { CallList } from '../site/types';
import type { Act, Detail } from '../types';
import { beside, keyOf, nextOf, targets, type Target } from './targets';
import type { Calls } from './types';

/** What calling needs of the open incident. */
export interface Host {
  readonly id: string | null;
  readonly detail: Detail | null;
  readonly busy: boolean;
  can(act: Act): boolean;
  act(act: Act, words: Record<string, unknown>): Promise<boolean>;
}

/** The outcomes of a call in the order of their digits. */
export const OUTCOMES: readonly Outcome[] = ['reached', 'no_answer', 'busy', 'machine', 'wrong_word', 'refused', 'duress'];
const MINUTE_MS = 60_000;

export class CallsOf {
  calls = $state.raw<Calls | null>(null);
  failed = $state(false);
  /** Somebody was reached: in how many minutes is he there? */
  asking = $state(false);
  lacking = $state(false);
  private list = $state<CallList | null>(null);
  private chosen = $state<string | null>(null);

  constructor(
    private readonly host: Host,
    private readonly api: Api,
  ) {}

  readonly all = $derived.by((): Target[] => (this.calls ? targets(this.calls) : []));
  readonly target = $derived.by((): Target | null => this.all.find(({ key }) => key === this.chosen) ?? (this.calls ? nextOf(this.calls) : null));

  /** Read it anew; whoever was chosen by hand stays so. */
  async read(): Promise<void> {
    const { id } = this.host;
    if (!id) return;
    try {
      const query = this.list === null ? {} : { list: this.list };
      const calls = await this.api.get<Calls>(`/incidents/${encodeURIComponent(id)}/calls`, query);
      if (this.host.id === id) this.calls = calls;
      this.failed = false;
    } catch {
      this.failed = this.calls === null;
    }
  }

  async pickList(list: CallList): Promise<void> {
    this.list = list;
    this.chosen = null;
    this.asking = false;
    await this.read();
  }

  pick(key: string): void {
    this.chosen = key;
    this.asking = false;
  }

  /** The next number, or the one before. */
  move(step: 1 | -1): void {
    const found = beside(this.all, this.target, step);
    if (found) this.pick(found.key);
  }

  /** Whoever was called last, once more. */
  repeat(): void {
    const again = this.calls?.again;
    if (again && this.all.some(({ key }) => key === keyOf(again.contact, again.n))) this.pick(keyOf(again.contact, again.n));
  }

  async choose(outcome: Outcome): Promise<void> {
    if (!this.target || !this.host.can('do') || this.host.busy) return;
    this.asking = outcome === 'reached' && this.target.person !== null;
    this.lacking = false;
    if (!this.asking) return this.send(outcome, {});
    await tick();
    document.getElementById('call-minutes')?.focus();
  }

  /** In how many minutes he is there; empty: reached, and he does not come. */
  async arrives(text: string): Promise<void> {
    const minutes = minutesOf(text);
    this.lacking = text.trim() !== '' && minutes === null;
    if (this.lacking) return;
    await this.send('reached', minutes === null ? {} : { arrives_at: new Date(now.value + minutes * MINUTE_MS).toISOString() });
  }

  stop(): boolean {
    const was = this.asking;
    this.asking = this.lacking = false;
    return was;
  }

  private async send(outcome: Outcome, more: Record<string, unknown>): Promise<void> {
    const { target, calls } = this;
    if (!target || !calls) return;
    const whom = target.person ? { do: 'call_contact', contact: target.person.contact } : { do: 'call_premises' };
    const step = target.person ? calls.step : calls.premises_step;
    if (!(await this.host.act('do', { ...whom, ...(step ? { step } : {}), number: target.number.n, outcome, ...more }))) return;
    this.asking = false;
    this.chosen = null;
    await this.read();
    await tick();
    document.getElementById('call-now')?.focus();
  }
}
