import { expect, test } from 'vitest';
import { beside, calleeOf, isQuestion, mayLack, minutesOf, shownOf, singleOf, waits, wantOf, wantsBeginning } from '../src/lib/plan/steps';
import { OUTCOMES, type Callee, type Run, type RunStep } from '../src/lib/plan/types';

const NOW = Date.parse('2026-11-23T12:00:00Z');

function step(more: Partial<RunStep> = {}): RunStep {
  return {
    ...{ id: 'a', do: 'call_contact', text: 'Who comes?', plan: 'p', added: false, state: 'now', demanded: false, owed: false },
    ...{ outcomes: [...OUTCOMES.call_contact], withheld: null, contacts: null, roles: [], arrival: false, agency: null },
    ...{ reference: false, unit: '', wait_s: null, on: null, waits_until: null, attempts: 0, outcome: null, by: null },
    ...{ at: null, words: null },
    ...more,
  };
}

function callee(contact: string, more: Partial<Callee> = {}): Callee {
  const plain = { name: contact, role: 'holder' as const, language: '', numbers: [], available: true, why: null };
  return { contact, ...plain, attempts: 0, outcome: null, next: false, ...more };
}

function run(more: Partial<Run> = {}): Run {
  return {
    ...{ incident: 'i', version: 1, at: 'a', steps: [step(), step({ id: 'b', state: 'open' })], refs: [], below: [], reasons: [] },
    ...{ owed: [], changed_since: false, silent_site: false, called_list: null, round: 1, rounds: 3, calls: [] },
    ...{ premises: [], agencies: [], coming: [] },
    ...more,
  };
}

test('a service that is told is asked for its reference, where the plan wants it', () => {
  const told = step({ do: 'notify', reference: true });
  expect(wantOf(told, 'passed')).toBe('reference');
  expect(wantOf(told, 'busy')).toBeNull();
  expect(wantOf(step({ do: 'notify' }), 'passed')).toBeNull();
});

test('whoever comes says in how many minutes, and nobody else is asked', () => {
  const comes = step({ arrival: true });
  expect(wantOf(comes, 'reached')).toBe('minutes');
  expect(wantOf(comes, 'no_answer')).toBeNull();
  expect(wantOf(step(), 'reached')).toBeNull();
  expect(wantOf(step({ do: 'send', arrival: true }), 'sent')).toBe('minutes');
});

test('a service that has a reference and a time is asked for one after the other, and may leave the time out', () => {
  const both = step({ do: 'notify', reference: true, arrival: true });
  expect(wantOf(both, 'passed')).toBe('reference');
  expect(wantOf(both, 'passed', ['reference'])).toBe('minutes');
  expect(wantOf(both, 'passed', ['reference', 'minutes'])).toBeNull();
  expect([mayLack(both, 'reference'), mayLack(both, 'minutes')]).toEqual([false, true]);
  expect(mayLack(step({ arrival: true }), 'minutes')).toBe(false);
});

test('a digit alone never says that help was told or sent, nor that somebody is forced', () => {
  expect(wantsBeginning(step(), 'duress')).toBe(true);
  expect(wantsBeginning(step({ do: 'notify' }), 'passed')).toBe(true);
  expect(wantsBeginning(step({ do: 'send' }), 'sent')).toBe(true);
  expect(wantsBeginning(step({ do: 'notify', reference: true }), 'passed')).toBe(false);
  expect(wantsBeginning(step({ do: 'notify', arrival: true }), 'passed')).toBe(false);
  expect(wantsBeginning(step(), 'reached')).toBe(false);
});

test('only the present question opens by itself', () => {
  expect(isQuestion(step())).toBe(true);
  expect(isQuestion(step({ state: 'open' }))).toBe(false);
  expect(isQuestion(step({ withheld: 'silent' }))).toBe(false);
  expect(isQuestion(step({ do: 'read', outcomes: ['read'] }))).toBe(false);
});

test('minutes are whole, and of one day', () => {
  expect(['25', ' 5 ', '1440'].map(minutesOf)).toEqual([25, 5, 1_440]);
  expect(['', '0', '-5', '1.5', '1441', 'ten'].map(minutesOf)).toEqual(Array(6).fill(null));
});

test('what has one outcome is done as soon as it is begun', () => {
  expect(singleOf(step({ outcomes: ['read'] }))).toBe('read');
  expect(singleOf(step())).toBeNull();
});

test('a wait lasts until its time, or until what it waits for', () => {
  const timed = step({ do: 'wait', waits_until: '2026-11-23T12:10:00Z' });
  expect(waits(timed, NOW, false)).toBe(true);
  expect(waits(timed, NOW + 600_000, false)).toBe(false);
  const restored = step({ do: 'wait', on: 'restore' });
  expect([waits(restored, NOW, false), waits(restored, NOW, true)]).toEqual([true, false]);
  expect(waits(step(), NOW, false)).toBe(false);
});

test('the present step is shown, unless another was asked for that may still be done', () => {
  expect(shownOf(run(), null)?.id).toBe('a');
  expect(shownOf(run(), 'b')?.id).toBe('b');
  const passed = run({ steps: [step(), step({ id: 'b', state: 'passed' })] });
  expect(shownOf(passed, 'b')?.id).toBe('a');
  expect(shownOf(run({ at: null, steps: [step({ state: 'done' })] }), null)).toBeNull();
});

test('the next of the list is called, or who was chosen if he can be', () => {
  const calls = [callee('x', { why: 'absent' }), callee('y', { next: true }), callee('z')];
  expect(calleeOf(run({ calls }), null)?.contact).toBe('y');
  expect(calleeOf(run({ calls }), 'z')?.contact).toBe('z');
  expect(calleeOf(run({ calls }), 'x')?.contact).toBe('y');
});

test('one goes around a list in both directions', () => {
  const all = ['x', 'y', 'z'];
  expect([beside(all, 'x', 1), beside(all, 'x', -1), beside(all, 'z', 1)]).toEqual(['y', 'z', 'x']);
  expect(beside([], null, 1)).toBeNull();
});
