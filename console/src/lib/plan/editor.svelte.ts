// Editing one plan: looked over by the centre as one types, saved as a whole, and met with what another saved meanwhile.

import { ApiError } from '../api';
import { app } from '../app.svelte';
import { t } from '../i18n.svelte';
import { copy, same } from '../site/draft';
import type { Flaw } from '../site/types';
import {
  become,
  decide,
  draftOf,
  freshStep,
  meet,
  planOf,
  renamed,
  type Choice,
  type Difference,
  type Draft,
  type DraftStep,
} from './draft';
import { handed } from './handed';
import type { Checked, Plan, PlanVersion, StepType } from './types';

const CHECKED_AFTER_MS = 350;
const EMPTY: Plan = { id: '', name: '', steps: [] };

export interface Meeting {
  version: number;
  news: Difference[];
  choices: Choice[];
}

interface Kept {
  base: Draft;
  mine: Draft;
}

export class PlanEditor {
  base = $state.raw<Draft | null>(null);
  mine = $state<Draft | null>(null);
  meeting = $state.raw<Meeting | null>(null);
  flaws = $state.raw<Flaw[]>([]);
  warnings = $state.raw<Flaw[]>([]);
  versions = $state.raw<PlanVersion[]>([]);
  checked = $state(false);
  busy = $state(false);
  failed = $state<string | null>(null);
  saved = $state(false);
  /** What is shown was typed before, and waited in this browser. */
  found = $state(false);
  private waits: ReturnType<typeof setTimeout> | undefined;
  private readonly shelf: string;

  readonly changed = $derived(this.base !== null && this.mine !== null && !same(this.base, this.mine));
  readonly undecided = $derived(this.meeting?.choices.filter(({ whose }) => whose === null).length ?? 0);

  /** `id` null: a plan that there is none of yet. */
  constructor(
    readonly id: string | null,
    user: string,
    private readonly mayEdit: boolean,
  ) {
    this.shelf = `belfry.plan.${encodeURIComponent(user)}.${encodeURIComponent(id ?? '')}`;
  }

  private get path(): string {
    return `/plans/${encodeURIComponent(this.id ?? '')}`;
  }

  async load(): Promise<void> {
    await this.ask(async () => {
      const now = draftOf(this.id === null ? EMPTY : await app.api.get<Plan>(this.path));
      const kept = this.mayEdit ? this.read() : null;
      const begun = this.id === null ? handed.takeCopy() : null;
      this.base = now;
      this.mine = begun ? draftOf(begun) : copy(now);
      if (kept && !begun) {
        this.mine = kept.mine;
        this.found = true;
        if (kept.base.version !== now.version) this.meetWith(kept.base, now);
      }
    });
    if (this.id !== null) void this.loadVersions();
  }

  async loadVersions(): Promise<void> {
    const found = await app.api.get<{ items: PlanVersion[] }>(`${this.path}/versions`).catch(() => null);
    if (found) this.versions = found.items;
  }

  /** Called with every change: keep it in the browser, and have it looked over a moment later. */
  typed(): void {
    const { base, mine } = this;
    if (!base || !mine || !this.mayEdit) return;
    this.keep();
    this.checked = false;
    clearTimeout(this.waits);
    this.waits = setTimeout(() => void this.check(), CHECKED_AFTER_MS);
  }

  async check(): Promise<void> {
    const { mine } = this;
    if (!mine) return;
    const plan = this.plan();
    try {
      const told = await app.api.post<Checked>('/plans/check', { plan });
      if (!same(plan, this.plan())) return; // somebody types on
      this.flaws = told.flaws;
      this.warnings = told.warnings;
    } catch (error) {
      // What is no plan at all is refused by its first field.
      if (!(error instanceof ApiError) || !error.problem.field) return;
      this.flaws = flawsOf(error);
      this.warnings = [];
    }
    this.checked = true;
  }

  plan(): Plan {
    return planOf($state.snapshot(this.mine) as Draft);
  }

  async save(): Promise<string | null> {
    if (!this.mine || !this.changed || this.undecided > 0 || !this.mayEdit) return null;
    this.saved = false;
    const plan = this.plan();
    const done = await this.ask(async () => {
      const kept = this.id === null ? await app.api.post<Plan>('/plans', { plan }) : await app.api.put<Plan>(this.path, { plan });
      this.base = draftOf(kept);
      this.mine = copy(this.base);
      this.meeting = null;
      this.flaws = [];
      this.saved = true;
      this.found = false;
      this.forget();
    });
    if (done && this.id !== null) void this.loadVersions();
    return done ? plan.id : null;
  }

  async takeOut(): Promise<boolean> {
    const { base } = this;
    if (!base) return false;
    return this.ask(async () => {
      await app.api.delete(`${this.path}?version=${base.version}`);
      this.forget();
    });
  }

  discard(): void {
    if (!this.base) return;
    this.mine = copy(this.base);
    this.meeting = this.failed = null;
    this.found = false;
    this.forget();
  }

  /** What an older version said, as a change of the present one. */
  bring(plan: Plan): void {
    if (this.mine && this.base) this.mine = { ...draftOf(plan), version: this.base.version };
  }

  flaw(field: string): string | null {
    return this.flaws.find((one) => one.field === field)?.limit ?? null;
  }

  flawed(step: number): boolean {
    return this.flaws.some(({ field }) => field === `steps[${step}]` || field.startsWith(`steps[${step}].`));
  }

  // -- steps ----------------------------------------------------------------------------------------------------------

  add(type: StepType): DraftStep | null {
    if (!this.mine) return null;
    const step = freshStep($state.snapshot(this.mine) as Draft, type);
    this.mine.steps.push(step);
    return step;
  }

  remove(at: number): void {
    const step = this.mine?.steps[at];
    if (!this.mine || !step) return;
    const rest = ($state.snapshot(this.mine.steps) as DraftStep[]).filter((_, n) => n !== at);
    this.mine.steps = renamed(rest, step.id, null);
  }

  move(at: number, by: 1 | -1): boolean {
    const steps = this.mine?.steps;
    const to = at + by;
    if (!steps || to < 0 || to >= steps.length) return false;
    const [step] = steps.splice(at, 1);
    if (step) steps.splice(to, 0, step);
    return true;
  }

  rename(at: number, id: string): void {
    const steps = $state.snapshot(this.mine?.steps ?? []) as DraftStep[];
    const before = steps[at]?.id;
    if (!this.mine || before === undefined) return;
    const others = renamed(steps, before, id);
    this.mine.steps = others.map((step, n) => (n === at ? { ...step, id } : step));
  }

  become(at: number, type: StepType): void {
    const step = this.mine?.steps[at];
    if (this.mine && step) this.mine.steps[at] = become($state.snapshot(step) as DraftStep, type);
  }

  // -- two people -----------------------------------------------------------------------------------------------------

  choose(choice: Choice, whose: 'mine' | 'theirs'): void {
    if (!this.mine || !this.meeting) return;
    this.mine = decide($state.snapshot(this.mine) as Draft, choice, whose);
    const choices = this.meeting.choices.map((one) => (one === choice ? { ...one, whose } : one));
    this.meeting = { ...this.meeting, choices };
  }

  private meetWith(base: Draft, theirs: Draft): void {
    const met = meet(base, $state.snapshot(this.mine) as Draft, theirs);
    this.base = theirs;
    this.mine = met.draft;
    this.meeting = { version: theirs.version, news: met.news, choices: met.choices };
    this.keep();
  }

  private async ask(doing: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.failed = null;
    try {
      await doing();
      return true;
    } catch (error) {
      this.refused(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  private refused(error: unknown): void {
    if (!(error instanceof ApiError)) return void (this.failed = t('said.unreachable'));
    const { problem, status, type } = error;
    if (type === 'belfry:changed' && problem.plan && this.base) return this.meetWith(this.base, draftOf(problem.plan));
    this.flaws = flawsOf(error);
    if (type === 'belfry:changed') this.failed = t('plan.edit.gone');
    else if (type === 'belfry:taken') this.failed = t('plan.edit.taken');
    else if (status === 404) this.failed = t(this.base ? 'plan.edit.gone' : 'plan.edit.unknown');
    else this.failed = this.flaws.length > 0 ? t('plan.edit.flaws', { n: this.flaws.length }) : error.message;
  }

  private keep(): void {
    const { base, mine } = this;
    if (!base || !mine) return;
    try {
      if (same(base, mine)) localStorage.removeItem(this.shelf);
      else localStorage.setItem(this.shelf, JSON.stringify({ base, mine } satisfies Kept));
    } catch {
      // private window, or storage is full or switched off
    }
  }

  private read(): Kept | null {
    try {
      const kept = JSON.parse(localStorage.getItem(this.shelf) ?? 'null') as Kept | null;
      return Array.isArray(kept?.base?.steps) && Array.isArray(kept.mine?.steps) ? kept : null;
    } catch {
      return null;
    }
  }

  private forget(): void {
    try {
      localStorage.removeItem(this.shelf);
    } catch {
      // as above
    }
  }
}

function flawsOf({ problem, message }: ApiError): Flaw[] {
  const { flaws, field, limit } = problem;
  const of = (one: Flaw): Flaw => ({ ...one, field: one.field.replace(/^plan\./, '') });
  return (flaws ?? (field ? [{ field, value: '', limit: limit ?? message }] : [])).map(of);
}
