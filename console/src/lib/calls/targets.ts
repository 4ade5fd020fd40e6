// Who can be called, one number after the other. Pure.

import type { CallNumber, CallPerson, Calls } from './types';

/** One number that can be called; `person` null: of the premises. */
export interface Target {
  key: string;
  person: CallPerson | null;
  number: CallNumber;
}

export function keyOf(contact: string | null, n: number): string {
  return `${contact ?? ''}/${n}`;
}

/** Every number that may be called now: those of the list in their order, then those of the premises. */
export function targets(calls: Calls): Target[] {
  const able = calls.people.filter(({ why }) => why === null);
  const of = (person: CallPerson | null, numbers: readonly CallNumber[]): Target[] =>
    numbers
      .filter(({ withheld }) => withheld === null)
      .map((number) => ({ key: keyOf(person?.contact ?? null, number.n), person, number }));
  return [...able.flatMap((person) => of(person, person.numbers)), ...of(null, calls.premises)];
}

/** Which one is called now: the next of whom the centre names; where it names nobody, none. */
export function nextOf(calls: Calls): Target | null {
  const person = calls.people.find(({ next }) => next);
  const number = person?.numbers.find(({ next }) => next);
  return person && number ? { key: keyOf(person.contact, number.n), person, number } : null;
}

/** The one before or behind, around the ends. */
export function beside(all: readonly Target[], present: Target | null, step: 1 | -1): Target | null {
  if (all.length === 0) return null;
  const at = all.findIndex(({ key }) => key === present?.key);
  if (at < 0) return all[step === 1 ? 0 : all.length - 1] ?? null;
  return all[(at + step + all.length) % all.length] ?? null;
}
