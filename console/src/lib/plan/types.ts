// Plans as the HTTP interface sends and takes them. Nothing but types and closed lists lives here.

import type { Row } from '../types';
import type { CallList, ContactRole, Flaw, PhoneNumber, WeekWindow } from '../site/types';

export const STEP_TYPES = ['call_premises', 'ask_word', 'look', 'call_contact', 'notify', 'send', 'wait', 'read', 'confirm'] as const;
export type StepType = (typeof STEP_TYPES)[number];

export type Outcome =
  | ('reached' | 'no_answer' | 'busy' | 'machine' | 'wrong_word' | 'refused' | 'duress' | 'right' | 'passed')
  | ('nothing_seen' | 'cause_seen' | 'person_seen' | 'break_in_seen' | 'violence_seen' | 'no_picture')
  | ('sent' | 'nobody' | 'over' | 'read' | 'yes' | 'no');

const CALLED: Outcome[] = ['reached', 'no_answer', 'busy', 'machine', 'wrong_word', 'refused', 'duress'];

/** What may come of a step, in the order of its keys. */
export const OUTCOMES: Record<StepType, readonly Outcome[]> = {
  call_premises: CALLED,
  call_contact: CALLED,
  ask_word: ['right', 'no_answer', 'wrong_word', 'refused', 'duress'],
  look: ['nothing_seen', 'cause_seen', 'person_seen', 'break_in_seen', 'violence_seen', 'no_picture'],
  notify: ['passed', 'no_answer', 'busy', 'refused'],
  send: ['sent', 'no_answer', 'refused', 'nobody'],
  wait: ['over'],
  read: ['read'],
  confirm: ['yes', 'no'],
};

/** What ends a wait before its time. */
export const WAITS_ON = ['signal', 'restore', 'arrival'] as const;
export type WaitsOn = (typeof WAITS_ON)[number];

/** As a branch: nothing more is to be done. */
export const END = 'end';

export const LEVELS = ['account', 'type', 'tenant', 'centre'] as const;
/** Whose a plan is; the nearest counts. */
export type Level = (typeof LEVELS)[number];

export const FIRE_ORDERS = ['pass_at_once', 'verify_90s', 'verify_required'] as const;

// -- as they are kept -------------------------------------------------------------------------------------------------

export interface Step {
  id: string;
  do: StepType;
  text?: string;
  demanded?: boolean;
  contacts?: CallList | null;
  roles?: ContactRole[];
  arrival?: boolean;
  agency?: string | null;
  reference?: boolean;
  unit?: string;
  wait_s?: number | null;
  on?: WaitsOn | null;
  then?: Partial<Record<Outcome, string>>;
}

export interface When {
  kinds?: string[];
  hours?: WeekWindow[];
  areas?: string[];
  polygon?: [number, number][];
  fire_order?: string[];
}

export interface Plan {
  id: string;
  name: string;
  level?: Level;
  of?: string;
  when?: When;
  steps?: Step[];
  version?: number;
}

export interface PlanLine {
  id: string;
  name: string;
  level: Level;
  of: string;
  of_name: string;
  when: When;
  adds: boolean;
  steps: number;
  version: number;
  /** As it came with this release. */
  library: boolean;
}

export interface PlanVersion {
  version: number;
  at: string;
  by: string;
  /** Null: it was taken out then. */
  plan: Plan | null;
}

export interface Checked {
  flaws: Flaw[];
  warnings: Flaw[];
}

// -- of an incident ---------------------------------------------------------------------------------------------------

export interface PlanRef {
  id: string;
  version: number;
  level: Level;
  name: string;
  /** It is another one by now, or gone. */
  changed: boolean;
}

export interface RunStep {
  id: string;
  do: StepType;
  text: string;
  plan: string;
  added: boolean;
  state: 'now' | 'open' | 'done' | 'skipped' | 'passed';
  demanded: boolean;
  owed: boolean;
  outcomes: Outcome[];
  withheld: string | null;
  contacts: CallList | null;
  roles: ContactRole[];
  arrival: boolean;
  agency: string | null;
  reference: boolean;
  unit: string;
  wait_s: number | null;
  on: WaitsOn | null;
  waits_until: string | null;
  attempts: number;
  outcome: Outcome | null;
  by: string | null;
  at: string | null;
  words: string | null;
}

export interface Callee {
  contact: string;
  name: string;
  role: ContactRole;
  language: string;
  numbers: PhoneNumber[];
  available: boolean;
  why: 'absent' | 'hours' | 'no_number' | 'silent' | null;
  attempts: number;
  outcome: Outcome | null;
  next: boolean;
}

export interface AgencyCall {
  id: string;
  type: string;
  name: string;
  number: string;
  permit: string;
  response: 'full' | 'confirmed' | 'withdrawn';
}

export interface Coming {
  at: string;
  contact: string | null;
  name: string | null;
  since: string | null;
  late: boolean;
}

/** The plan of an incident as it stands. */
export interface Run {
  incident: string;
  version: number;
  at: string | null;
  steps: RunStep[];
  refs: PlanRef[];
  below: PlanRef[];
  reasons: string[];
  owed: string[];
  changed_since: boolean;
  silent_site: boolean;
  called_list: CallList | null;
  round: number;
  rounds: number;
  calls: Callee[];
  premises: PhoneNumber[];
  agencies: AgencyCall[];
  coming: Coming[];
}

/** A step that somebody left out. */
export interface Skipped {
  incident: Row;
  step: string;
  do: StepType;
  text: string;
  demanded: boolean;
  by: string;
  at: string;
  /** Null where its key was erased. */
  reason: string | null;
}

// -- tried ------------------------------------------------------------------------------------------------------------

export interface TriedStep {
  id: string;
  do: StepType;
  text: string;
  plan: string;
  added: boolean;
  demanded: boolean;
  outcomes: Outcome[];
  /** Where each outcome leads. */
  leads: Partial<Record<Outcome, string>>;
  /** As it went at the incident at which it is tried. */
  outcome: Outcome | null;
}

export interface Trial {
  kind: string;
  account_id: string | null;
  at: string;
  steps: TriedStep[];
  refs: PlanRef[];
  below: PlanRef[];
  reasons: string[];
  walked: string[];
  owed: string[];
}
