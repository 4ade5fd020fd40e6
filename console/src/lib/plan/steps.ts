// What an operator has to say of a step before it can be written down. Pure.

import type { IconName } from '../icons';
import type { Callee, Outcome, Run, RunStep, StepType } from './types';

/** What a step still wants after its outcome: what the service calls the case, when somebody will be there, or why the
 * police are told before the calls that the site wants. */
export type Want = 'reference' | 'minutes' | 'override';

type Wanting = Pick<RunStep, 'do' | 'reference' | 'arrival'>;

const COMES: Partial<Record<StepType, Outcome>> = { call_contact: 'reached', send: 'sent', notify: 'passed' };

/** What is wanted next, behind what was `asked` for already. */
export function wantOf(step: Wanting, outcome: Outcome, asked: readonly Want[] = []): Want | null {
  const reference = step.do === 'notify' && step.reference && outcome === 'passed';
  if (reference && !asked.includes('reference')) return 'reference';
  return step.arrival && COMES[step.do] === outcome && !asked.includes('minutes') ? 'minutes' : null;
}

/** A service that was told was told, even where it does not say when somebody will be there. */
export function mayLack(step: Wanting, want: Want): boolean {
  return want === 'minutes' && step.do === 'notify';
}

/** Outcomes that nobody takes back: that help was told or sent, that somebody is forced. Where a question opened by
 * itself they want the key that begins it, so that a digit alone never says so. What asks for more first says nothing
 * with the digit. */
export function wantsBeginning(step: Wanting, outcome: Outcome): boolean {
  if (outcome === 'duress') return true;
  return (outcome === 'passed' || outcome === 'sent') && wantOf(step, outcome) === null;
}

/** Whether the present step is a question that may open by itself. */
export function isQuestion(step: Pick<RunStep, 'outcomes' | 'withheld' | 'state'>): boolean {
  return step.state === 'now' && step.withheld === null && step.outcomes.length > 1;
}

/** A step with a single outcome is done as soon as it is begun. */
export function singleOf(step: Pick<RunStep, 'outcomes'>): Outcome | null {
  return step.outcomes.length === 1 ? (step.outcomes[0] ?? null) : null;
}

/** Whether a wait is not over yet, as far as this desk can see; the centre has the last word. */
export function waits(step: RunStep, now: number, restored: boolean): boolean {
  if (step.do !== 'wait') return false;
  if (step.on === 'restore' && restored) return false;
  if (step.waits_until === null) return step.on !== null;
  return Date.parse(step.waits_until) > now;
}

/** Minutes from now that were typed, 1 to a day; null for anything else. */
export function minutesOf(text: string): number | null {
  const minutes = /^\s*\d{1,4}\s*$/.test(text) ? Number(text) : 0;
  return minutes >= 1 && minutes <= 1_440 ? minutes : null;
}

/** The step that is shown large: one that was asked for, else the one to be done now. */
export function shownOf(run: Run, asked: string | null): RunStep | null {
  const step = run.steps.find(({ id }) => id === asked);
  if (step && (step.state === 'now' || step.state === 'open')) return step;
  return run.steps.find(({ id }) => id === run.at) ?? null;
}

/** Whom the present call goes to: who was chosen by hand, else the next of the list. */
export function calleeOf(run: Run, chosen: string | null): Callee | null {
  const able = run.calls.filter(({ why }) => why === null);
  return able.find(({ contact }) => contact === chosen) ?? run.calls.find(({ next }) => next) ?? null;
}

/** The one before or behind in a list, around its ends. */
export function beside<T>(all: readonly T[], present: T | null, step: 1 | -1): T | null {
  if (all.length === 0) return null;
  const at = present === null ? -1 : all.indexOf(present);
  return all[(at + step + all.length) % all.length] ?? null;
}

const ICONS: Record<StepType, IconName> = {
  call_premises: 'phone',
  call_contact: 'phone',
  ask_word: 'property',
  look: 'eye',
  notify: 'signal',
  send: 'release',
  wait: 'pause',
  read: 'note',
  confirm: 'check',
};

export function iconOf(type: StepType): IconName {
  return ICONS[type] ?? 'note';
}
