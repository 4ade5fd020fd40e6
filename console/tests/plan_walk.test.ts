import { expect, test } from 'vitest';
import { numberOf, presentOf, wentBy } from '../src/lib/plan/walk';
import { OUTCOMES, type Trial, type TriedStep } from '../src/lib/plan/types';

function step(id: string, type: TriedStep['do'], leads: TriedStep['leads'], demanded = false): TriedStep {
  return { id, do: type, text: id, plan: 'p', added: false, demanded, outcomes: [...OUTCOMES[type]], leads, outcome: null };
}

const TRIAL: Trial = {
  ...{ kind: 'PROP', account_id: null, at: '2026-11-23T12:00:00Z', refs: [], below: [], reasons: [], walked: [], owed: [] },
  steps: [
    step('word', 'ask_word', { right: 'end', wrong_word: 'police', no_answer: 'look' }),
    step('look', 'look', { nothing_seen: 'police', cause_seen: 'end' }),
    step('police', 'notify', { passed: 'end', busy: 'end', refused: 'look' }, true),
  ],
};

test('a way leads from the first step to the end, and nowhere else', () => {
  expect(presentOf(TRIAL, [])?.id).toBe('word');
  expect(presentOf(TRIAL, [{ step: 'word', outcome: 'wrong_word' }])?.id).toBe('police');
  const way = [{ step: 'word', outcome: 'wrong_word' }, { step: 'police', outcome: 'passed' }] as const;
  expect(presentOf(TRIAL, way)).toBeNull();
  expect(presentOf({ ...TRIAL, steps: [] }, [])).toBeNull();
});

test('a service on whom the plan insists stays the present step until it took the case over', () => {
  const way = [{ step: 'word', outcome: 'wrong_word' }, { step: 'police', outcome: 'busy' }] as const;
  expect(presentOf(TRIAL, way)?.id).toBe('police');
  expect(presentOf(TRIAL, [...way, { step: 'police', outcome: 'refused' }])?.id).toBe('look');
});

test('what is demanded and was gone by is told at the end', () => {
  expect(wentBy(TRIAL, [{ step: 'word', outcome: 'right' }]).map(({ id }) => id)).toEqual(['police']);
  expect([numberOf(TRIAL, 'police'), numberOf(TRIAL, 'end'), numberOf(TRIAL, undefined)]).toEqual([3, null, null]);
});
