import { expect, test } from 'vitest';
import { adds, become, decide, draftOf, freshId, freshStep, mayLead, meet, planOf, renamed, withoutWay } from '../src/lib/plan/draft';
import { groupsOf } from '../src/lib/plan/kinds';
import type { Plan } from '../src/lib/plan/types';

const PLAN: Plan = {
  id: 'shop',
  name: 'A shop',
  when: { kinds: ['PROP'] },
  steps: [
    { id: 'premises', do: 'call_premises', text: 'Call the shop', then: { reached: 'end', wrong_word: 'police' } },
    { id: 'holder', do: 'call_contact', text: 'Who comes?', arrival: true },
    { id: 'police', do: 'notify', text: 'Tell them', agency: 'police', demanded: true, reference: true },
  ],
  version: 3,
};

/** The plan with something else about some of its steps. */
function changed(change: (plan: ReturnType<typeof draftOf>) => void): ReturnType<typeof draftOf> {
  const draft = draftOf(PLAN);
  change(draft);
  return draft;
}

test('a plan that is only read is sent as it was', () => {
  const sent = planOf(draftOf(PLAN));
  expect(sent).toMatchObject(PLAN);
  expect(JSON.stringify(sent)).not.toContain('_key');
  expect(planOf(draftOf(sent))).toEqual(sent);
});

test('ids are made of words, and no two are the same', () => {
  expect(freshId('Einbruch: Café Zürich!', [])).toBe('einbruch-cafe-zurich');
  expect(freshId('police', ['police', 'police-2'])).toBe('police-3');
  expect(freshId('end', [])).toBe('end-2');
  expect(freshStep(draftOf(PLAN), 'call_premises').id).toBe('premises-2');
});

test('a step of another type keeps what it still has, and no way of an outcome that is gone', () => {
  const [premises, , police] = draftOf(PLAN).steps;
  expect(become(premises!, 'call_contact').then).toEqual({ reached: 'end', wrong_word: 'police' });
  expect(become(premises!, 'look').then).toEqual({});
  expect(become(police!, 'send')).toMatchObject({ id: 'police', text: 'Tell them', demanded: true, agency: null, reference: false });
  expect(become(police!, 'wait').wait_s).toBe(600);
});

test('ways follow a step to its new id, and lead on where it goes', () => {
  const { steps } = draftOf(PLAN);
  expect(renamed(steps, 'police', 'officers')[0]?.then).toEqual({ reached: 'end', wrong_word: 'officers' });
  expect(renamed(steps, 'police', null)[0]?.then).toEqual({ reached: 'end' });
});

test('an outcome without a way of its own says where it goes', () => {
  const [premises, holder, police] = draftOf(PLAN).steps;
  expect(withoutWay(holder!, 'busy')).toBe('next');
  expect(withoutWay({ ...premises!, then: { no_answer: 'end' } }, 'busy')).toBe('as_no_answer');
  expect([withoutWay(police!, 'passed'), withoutWay(police!, 'busy')]).toEqual(['next', 'stays']);
  expect([mayLead(police!, 'refused'), mayLead(police!, 'busy'), mayLead(holder!, 'busy')]).toEqual([true, false, true]);
});

test('a plan that is chosen by area or place only adds', () => {
  expect([adds({ areas: [], polygon: [] }), adds({ areas: ['2'], polygon: [] })]).toEqual([false, true]);
});

test('two who changed different things both have theirs', () => {
  const mine = changed((plan) => (plan.steps[0]!.text = 'Call them twice'));
  const theirs = changed((plan) => {
    plan.version = 4;
    plan.name = 'Every shop';
    plan.steps[1]!.arrival = false;
  });
  const met = meet(draftOf(PLAN), mine, theirs);
  expect(met.choices).toEqual([]);
  expect(met.draft).toMatchObject({ version: 4, name: 'Every shop' });
  expect(met.draft.steps.map(({ text, arrival }) => [text, arrival])).toEqual([
    ['Call them twice', false],
    ['Who comes?', false],
    ['Tell them', false],
  ]);
  expect(met.news.map(({ step, field }) => [step, field])).toEqual([
    [null, 'name'],
    ['holder', 'arrival'],
  ]);
});

test('where both changed one thing, whoever is at the keyboard chooses, and nothing of his is lost before', () => {
  const mine = changed((plan) => (plan.steps[0]!.text = 'Mine'));
  const theirs = changed((plan) => (plan.steps[0]!.text = 'His'));
  const { draft, choices } = meet(draftOf(PLAN), mine, theirs);
  expect(draft.steps[0]?.text).toBe('Mine');
  expect(choices).toHaveLength(1);
  expect(decide(draft, choices[0]!, 'theirs').steps[0]?.text).toBe('His');
  expect(decide(decide(draft, choices[0]!, 'theirs'), choices[0]!, 'mine').steps[0]?.text).toBe('Mine');
});

test('a step that one took out and the other changed is a choice; one that nobody changed goes', () => {
  const gone = changed((plan) => plan.steps.splice(1, 1));
  const edited = changed((plan) => (plan.steps[1]!.text = 'Who goes?'));
  const kept = meet(draftOf(PLAN), edited, gone);
  expect(kept.draft.steps.map(({ id }) => id)).toEqual(['premises', 'holder', 'police']);
  expect(decide(kept.draft, kept.choices[0]!, 'theirs').steps.map(({ id }) => id)).toEqual(['premises', 'police']);
  const back = meet(draftOf(PLAN), gone, edited);
  expect(decide(back.draft, back.choices[0]!, 'theirs').steps.map(({ id }) => id)).toContain('holder');
  expect(meet(draftOf(PLAN), draftOf(PLAN), gone).draft.steps.map(({ id }) => id)).toEqual(['premises', 'police']);
});

test('steps that both added stand where they were put, in the order of whoever moved some', () => {
  const mine = changed((plan) => plan.steps.splice(1, 0, { ...freshStep(plan, 'look'), text: 'Pictures' }));
  const theirs = changed((plan) => {
    plan.steps.reverse();
    plan.steps.push({ ...draftOf({ ...PLAN, steps: [{ id: 'told', do: 'read', text: 'Tell him' }] }).steps[0]! });
  });
  const { draft, choices } = meet(draftOf(PLAN), mine, theirs);
  expect(choices).toEqual([]);
  expect(draft.steps.map(({ id }) => id)).toEqual(['police', 'holder', 'premises', 'evidence', 'told']);
});

test('kinds stand in their groups, with the beginnings that stand for more than one', () => {
  const kinds = ['FIRE.ALARM.AUTO', 'FIRE.ALARM.CO', 'FIRE.FAULT'].map((code) => ({ code, label: code, group: 'FIRE' }));
  const [fire, med] = groupsOf([...kinds, { code: 'MED.ALARM', label: '', group: 'MED' }], [
    { code: 'FIRE', label: 'Fire' },
    { code: 'MED', label: 'Medical' },
  ]);
  expect([fire?.beginnings, med?.beginnings, med?.kinds.length]).toEqual([['FIRE', 'FIRE.ALARM'], [], 1]);
});
