// A plan as it is edited, and how it meets what another saved meanwhile. Pure.
//
// As with sites, three are compared field by field: what only one of two changed is his, and where both did, the one at
// the keyboard chooses. Steps are told apart by the id that they had when they were read.

import { copy, same } from '../site/draft';
import type { CallList, ContactRole, WeekWindow } from '../site/types';
import { END, OUTCOMES, type Level, type Outcome, type Plan, type Step, type StepType, type WaitsOn } from './types';

export interface DraftStep {
  /** Stays while the id is edited; never sent. */
  _key: string;
  id: string;
  do: StepType;
  text: string;
  demanded: boolean;
  contacts: CallList | null;
  roles: ContactRole[];
  arrival: boolean;
  agency: string | null;
  reference: boolean;
  unit: string;
  wait_s: number | null;
  on: WaitsOn | null;
  then: Partial<Record<Outcome, string>>;
}

export interface Draft {
  version: number;
  id: string;
  name: string;
  level: Level;
  of: string;
  kinds: string[];
  hours: WeekWindow[];
  areas: string[];
  polygon: [number, number][];
  fire_order: string[];
  steps: DraftStep[];
}

const OF_TYPE: Partial<Record<keyof DraftStep, readonly StepType[]>> = {
  contacts: ['call_contact'],
  roles: ['call_contact'],
  arrival: ['call_contact', 'send', 'notify'],
  agency: ['notify'],
  reference: ['notify'],
  unit: ['send'],
  wait_s: ['wait'],
  on: ['wait'],
};

/** Whether a type of step has a field. */
export function has(type: StepType, field: keyof DraftStep): boolean {
  return OF_TYPE[field]?.includes(type) ?? true;
}

export function draftOf(plan: Plan): Draft {
  const when = plan.when ?? {};
  return {
    ...{ version: plan.version ?? 1, id: plan.id, name: plan.name, level: plan.level ?? 'centre', of: plan.of ?? '' },
    ...{ kinds: copy(when.kinds ?? []), hours: copy(when.hours ?? []), areas: copy(when.areas ?? []) },
    ...{ polygon: copy(when.polygon ?? []), fire_order: copy(when.fire_order ?? []) },
    steps: (plan.steps ?? []).map((step) => stepOf(step, step.id)),
  };
}

function stepOf(step: Step, key: string): DraftStep {
  return {
    ...{ _key: key, id: step.id, do: step.do, text: step.text ?? '', demanded: step.demanded ?? false },
    ...{ contacts: step.contacts ?? null, roles: copy(step.roles ?? []), arrival: step.arrival ?? false },
    ...{ agency: step.agency ?? null, reference: step.reference ?? false, unit: step.unit ?? '' },
    ...{ wait_s: step.wait_s ?? null, on: step.on ?? null, then: copy(step.then ?? {}) },
  };
}

/** The plan as it is sent. */
export function planOf(draft: Draft): Plan {
  const { kinds, hours, areas, polygon, fire_order, steps, ...head } = draft;
  const sent = steps.map((step): Step => {
    const { _key, ...rest } = step;
    void _key;
    return rest;
  });
  return copy({ ...head, when: { kinds, hours, areas, polygon, fire_order }, steps: sent });
}

export function adds(draft: Pick<Draft, 'areas' | 'polygon'>): boolean {
  return draft.areas.length > 0 || draft.polygon.length > 0;
}

// -- changing it ------------------------------------------------------------------------------------------------------

/** An id that no other has, made from words. */
export function freshId(words: string, taken: readonly string[]): string {
  const plain = words.normalize('NFD').replace(/[^\x20-\x7e]/g, '').toLowerCase();
  const base = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 34) || 'plan';
  const used = new Set([...taken, END]);
  let id = base;
  for (let n = 2; used.has(id); n++) id = `${base}-${n}`;
  return id;
}

/** The names that steps of a type have in the library, so that what was done stays done where a plan takes another's place. */
const USUAL: Record<StepType, string> = {
  call_premises: 'premises',
  ask_word: 'word',
  look: 'evidence',
  call_contact: 'holder',
  notify: 'service',
  send: 'unit',
  wait: 'wait',
  read: 'note',
  confirm: 'confirm',
};

export function freshStep(draft: Draft, type: StepType = 'read'): DraftStep {
  const id = freshId(USUAL[type], draft.steps.map((step) => step.id));
  const step = stepOf({ id, do: type }, `new:${id}:${draft.steps.length}`);
  return type === 'wait' ? { ...step, wait_s: 600 } : step;
}

/** Another type of the same step: what the new type does not have goes, and so do ways of outcomes that it has not. */
export function become(step: DraftStep, type: StepType): DraftStep {
  const bare = stepOf({ id: step.id, do: type, text: step.text, demanded: step.demanded }, step._key);
  const kept = Object.fromEntries(Object.entries(step).filter(([field]) => field !== 'do' && has(type, field as keyof DraftStep)));
  const then = Object.fromEntries(Object.entries(step.then).filter(([outcome]) => OUTCOMES[type].includes(outcome as Outcome)));
  const wait_s = type === 'wait' ? (step.wait_s ?? 600) : null;
  return { ...bare, ...kept, then, wait_s };
}

/** Ways to a step follow its new id; ways to one that goes lead on to the next step again. */
export function renamed(steps: readonly DraftStep[], before: string, after: string | null): DraftStep[] {
  return steps.map((step) => {
    const ways = Object.entries(step.then).filter(([, to]) => to !== before || after !== null);
    return { ...step, then: Object.fromEntries(ways.map(([outcome, to]) => [outcome, to === before ? (after ?? to) : to])) };
  });
}

/** Where an outcome leads that has no way of its own, in words of the editor. */
export function withoutWay(step: DraftStep, outcome: Outcome): 'next' | 'as_no_answer' | 'stays' {
  if (step.do === 'notify' && step.demanded && outcome !== 'passed') return 'stays';
  const call = step.do === 'call_premises' || step.do === 'call_contact';
  const missed = outcome === 'busy' || outcome === 'machine' || outcome === 'refused';
  return call && missed && step.then.no_answer ? 'as_no_answer' : 'next';
}

/** Whether an outcome may have a way of its own: a service on whom the plan insists was told, or refused. */
export function mayLead(step: DraftStep, outcome: Outcome): boolean {
  return !(step.do === 'notify' && step.demanded) || outcome === 'passed' || outcome === 'refused';
}

// -- three of them ----------------------------------------------------------------------------------------------------

const HEAD = ['name', 'level', 'of', 'kinds', 'hours', 'areas', 'polygon', 'fire_order'] as const;
const STEP = ['id', 'do', 'text', 'demanded', 'contacts', 'roles', 'arrival', 'agency', 'reference', 'unit', 'wait_s', 'on', 'then'] as const;
export type HeadField = (typeof HEAD)[number];
export type StepField = (typeof STEP)[number];

/** A difference of one field. `step` null: of the plan itself; `field` null: the whole step, or the order of all. */
export interface Difference {
  step: string | null;
  field: HeadField | StepField | null;
  before: unknown;
  theirs: unknown;
}

export interface Choice extends Difference {
  mine: unknown;
  whose: 'mine' | 'theirs' | null;
}

export interface Met {
  draft: Draft;
  news: Difference[];
  choices: Choice[];
}

/** As the other saved it, with what is mine wherever I changed something. */
export function meet(base: Draft, mine: Draft, theirs: Draft): Met {
  const news: Difference[] = [];
  const choices: Choice[] = [];
  const one = (step: string | null, field: HeadField | StepField | null, b: unknown, m: unknown, t: unknown): unknown => {
    if (same(m, t) || same(t, b)) return m;
    const where = { step, field, before: b, theirs: t };
    if (same(m, b)) {
      news.push(where);
      return t;
    }
    choices.push({ ...where, mine: m, whose: null });
    return m;
  };
  const draft = copy(theirs);
  for (const field of HEAD) Object.assign(draft, { [field]: one(null, field, base[field], mine[field], theirs[field]) });
  draft.steps = steps(base.steps, mine.steps, theirs.steps, one, news, choices);
  return { draft, news, choices };
}

type One = (step: string | null, field: StepField | null, b: unknown, m: unknown, t: unknown) => unknown;

function steps(base: DraftStep[], mine: DraftStep[], theirs: DraftStep[], one: One, news: Difference[], choices: Choice[]): DraftStep[] {
  const before = new Map(base.map((step) => [step._key, step]));
  const his = new Map(theirs.map((step) => [step._key, step]));
  const out: DraftStep[] = [];
  const met = new Set<string>();
  for (const m of mine) {
    const b = before.get(m._key);
    const t = his.get(b ? m._key : m.id); // one that both added under the same id is the same
    if (t) {
      met.add(t._key);
      const fields = STEP.map((field) => [field, one(t._key, field, b?.[field], m[field], t[field])]);
      out.push({ ...t, ...Object.fromEntries(fields) });
    } else if (!b) out.push(m);
    else if (same(m, b)) news.push({ step: m._key, field: null, before: b, theirs: undefined });
    else {
      choices.push({ step: m._key, field: null, before: b, mine: m, theirs: undefined, whose: null });
      out.push(m);
    }
  }
  const missing: DraftStep[] = [];
  for (const t of theirs) {
    const b = before.get(t._key);
    if (met.has(t._key) || (b && same(t, b))) continue; // the latter I took out
    if (b) choices.push({ step: t._key, field: null, before: b, mine: undefined, theirs: t, whose: null });
    else {
      news.push({ step: t._key, field: null, before: undefined, theirs: t });
      missing.push(t);
    }
  }
  return ordered(base, mine, theirs, [...out, ...missing]);
}

/** In the order of whoever moved steps; where both did, in mine. What the other added stands where it stood with him. */
function ordered(base: DraftStep[], mine: DraftStep[], theirs: DraftStep[], all: DraftStep[]): DraftStep[] {
  const there = new Set(all.map((step) => step._key));
  const keys = (of: DraftStep[]) => of.map((step) => step._key).filter((key) => there.has(key));
  const common = new Set(keys(base).filter((key) => keys(mine).includes(key) && keys(theirs).includes(key)));
  const moved = !same(keys(mine).filter((key) => common.has(key)), keys(base).filter((key) => common.has(key)));
  const [first, second] = moved ? [keys(mine), keys(theirs)] : [keys(theirs), keys(mine)];
  const order = [...first];
  second.forEach((key, at) => {
    if (order.includes(key)) return;
    const after = second.slice(0, at).reverse().find((one) => order.includes(one));
    order.splice(after === undefined ? 0 : order.indexOf(after) + 1, 0, key);
  });
  return [...all].sort((a, b) => order.indexOf(a._key) - order.indexOf(b._key));
}

/** The draft with one's value at a choice, whatever stood there before. */
export function decide(draft: Draft, choice: Choice, whose: 'mine' | 'theirs'): Draft {
  const out = copy(draft);
  const value = copy(choice[whose]);
  if (choice.step === null) return Object.assign(out, { [choice.field as HeadField]: value });
  const at = out.steps.findIndex((step) => step._key === choice.step);
  if (choice.field !== null) Object.assign(out.steps[at] ?? {}, { [choice.field]: value });
  else if (value === undefined) out.steps = out.steps.filter((_, n) => n !== at);
  else if (at < 0) out.steps.push(value as DraftStep);
  else out.steps[at] = value as DraftStep;
  return out;
}
