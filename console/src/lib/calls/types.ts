// What the centre says of calling (`GET /incidents/{id}/calls`).

import type { CallList, ContactRole } from '../site/types';
import type { Outcome } from '../plan/types';

export interface CallNumber {
  /** Its place among his numbers. */
  n: number;
  /** Empty where it may not be seen, or not be dialled now. */
  number: string;
  label: string;
  attempts: number;
  outcome: Outcome | null;
  at: string | null;
  withheld: 'silent' | null;
  next: boolean;
}

export interface CallPerson {
  contact: string;
  name: string;
  role: ContactRole;
  language: string;
  authority: string[];
  numbers: CallNumber[];
  available: boolean;
  why: 'absent' | 'hours' | 'no_number' | 'silent' | null;
  attempts: number;
  outcome: Outcome | null;
  next: boolean;
  read_out: { language: string; greeting: string; message: string };
}

export interface Calls {
  incident: string;
  version: number;
  step: string | null;
  /** The present step where that is the call to the premises. */
  premises_step: string | null;
  called_list: CallList;
  silent_site: boolean;
  withheld: string | null;
  shown: boolean;
  standing: 'call' | 'reached' | 'coming' | 'dispatch' | 'supervisor';
  round: number;
  rounds: number;
  premises: CallNumber[];
  people: CallPerson[];
  next: string | null;
  again: { contact: string | null; n: number } | null;
  two_calls: { numbers: number; missing: 'calls' | 'reached' | null } | null;
  dialler: string | null;
}
