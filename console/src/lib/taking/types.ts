// Calls that are being taken, as the API shows them (`call_taking_views`).

import type { Priority } from '../types';

export interface CallPlace {
  text: string | null;
  latitude: number | null;
  longitude: number | null;
  site: string | null;
  site_name: string | null;
  source: string;
  radius_m: number | null;
  taken_at: string | null;
}

export interface Caller {
  name: string | null;
  number: string | null;
}

export interface TakenCall {
  id: string;
  seen: string;
  by: string;
  mine: boolean;
  began_at: string;
  touched_at: string;
  asks: boolean;
  tree: string | null;
  picked: string | null;
  kind: string | null;
  label: string | null;
  priority: Priority | null;
  overridden: boolean;
  answers: Record<string, string>;
  next: string | null;
  say: string[];
  people: number | null;
  dangers: string[];
  help: boolean;
  place: CallPlace | null;
  caller: Caller | null;
  note: string | null;
  read_back: string;
  incident: string | null;
  incident_number: number | null;
  joined: boolean;
  passed_at: string | null;
  ended_at: string | null;
  how: string | null;
}

export interface Choice {
  id: string;
  text: string;
}

export interface Question {
  id: string;
  ask: string;
  answers: Choice[];
}

export interface Tree {
  id: string;
  text: string;
  questions: Question[];
}

export interface Questions {
  version: number;
  trees: Tree[];
  dangers: Choice[];
}

export interface Offer {
  id: string;
  number: number;
  kind: string;
  label: string;
  priority: Priority;
  state: string;
  method: string;
  opened_at: string;
  metres: number;
  place: string | null;
  site_name: string | null;
  taken_by: string | null;
}

/** What is said anew of a call; null empties a field. */
export interface Change {
  place?: { text?: string; latitude?: number; longitude?: number; site?: string; source?: string } | null;
  tree?: string | null;
  kind?: string | null;
  answers?: Record<string, string>;
  people?: number | null;
  dangers?: string[];
  help?: boolean;
  priority?: number | null;
  reason?: string;
  caller?: { name?: string; number?: string } | null;
  note?: string | null;
}

export interface FoundPlace {
  kind: string;
  label: string;
  latitude: number;
  longitude: number;
  site?: string;
  exact?: boolean;
  asked?: string;
  distance_m?: number;
}
