// What an operator has to say of a step before it can be written down. Pure.

import type { IconName } from '../icons';
import type { Callee, Outcome, Run, RunStep, StepType } from './types';

/** What a step still wants after its outcome: what the service calls the case, when somebody will be there, or why the
 * police are told before the calls that the site wants. */
export type Want = 'reference' | 'minutes' | 'override';

const COMES: Partial<Record<StepType, Outcome>> = { call_contact: 'reached', send: 'sent' };

export function wantOf(step: Pick<RunStep, 'do' | 'reference' | 'arrival'>, outcome: Outcome): Want | null {
  if (step.do === 'notify' && step.reference && outcome === 'passed') return 'reference';
  return step.arrival && COMES[step.do] === outcome ? 'minutes' : null;
}

/** A step with a single outcome is done as soon as it is begun. */
export function singleOf(step: Pick<RunStep, 'outcomes'>): Outcome | null {
  return step.outcomes.length === 1 ? (step.outcomes[0] ?? null) : null;
}

/** Whether a wait is not over yet, as far as this desk can see; the centre has the last word. */
export function waits(step: RunStep, now: number, restored: boolean): boolean {
  if (step.do !== 'wait') return false;
  if (step.on === 'restore' && restored) return false;
  if (step.waits_until === null) return step.on === 'restore';
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
