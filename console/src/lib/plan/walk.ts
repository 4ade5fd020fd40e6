// Walking through a plan that is tried: nothing is asked of the centre, and nothing is written down. Pure.

import { END, type Outcome, type Trial, type TriedStep } from './types';

/** What was chosen so far, in its order. */
export type Way = readonly { step: string; outcome: Outcome }[];

/** The step that a way leads to; null: the end. */
export function presentOf(trial: Trial, way: Way): TriedStep | null {
  let at: string | undefined = trial.steps[0]?.id;
  for (const { step, outcome } of way) {
    const found = trial.steps.find(({ id }) => id === step);
    if (!found) return null;
    at = stays(found, outcome) ? step : found.leads[outcome];
  }
  return trial.steps.find(({ id }) => id === at) ?? null;
}

/** Whether a step is not over with an outcome: a service on whom the plan insists did not take it. */
export function stays(step: TriedStep, outcome: Outcome): boolean {
  if (step.do !== 'notify' || !step.demanded || outcome === 'passed') return false;
  return outcome !== 'refused' || step.leads.refused === step.leads.passed;
}

/** Demanded steps that a way went by; at its end they are not owed, and worth a look. */
export function wentBy(trial: Trial, way: Way): TriedStep[] {
  const done = new Set(way.map(({ step }) => step));
  return trial.steps.filter((step) => step.demanded && !done.has(step.id));
}

/** The number of the step that something leads to; null: the end. */
export function numberOf(trial: Trial, target: string | undefined): number | null {
  const at = target === END ? -1 : trial.steps.findIndex(({ id }) => id === target);
  return at < 0 ? null : at + 1;
}
