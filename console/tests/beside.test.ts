// What is handled together, whose it is, and where nobody may be called.
import { expect, test } from 'vitest';
import { bySite, handledWith, isSilent, ownerBeside, siteKey } from '../src/lib/beside';
import { Queue } from '../src/lib/queue';
import type { Row } from '../src/lib/types';
import { row } from './rows';

test('rows of one account are handled together, in the order of the queue', () => {
  const fire = row('i1', { account_id: 'a1' });
  const fault = row('i2', { account_id: 'a1', kind: 'TECH.FAULT', priority: 4, rank: null });
  const other = row('i3', { account_id: 'a2' });
  const here = bySite([fault, fire, other]).get('a1') ?? [];
  expect(handledWith(fault, here).map(({ id }) => id)).toEqual(['i1', 'i2']);
});

test('flats that share an account are handled one by one', () => {
  const [flat, neighbour] = ['i1', 'i2'].map((id) => row(id, { account_id: 'a1', kind: 'MED.ALARM.CARE' })) as [Row, Row];
  expect(handledWith(flat, [flat, neighbour])).toEqual([flat]);
  const taken = { ...neighbour, state: 'taken' as const, taken_by: 'anna' };
  expect(ownerBeside(flat, [flat, taken])).toBeNull();
});

test('an account that nobody registered is a site by its number', () => {
  expect(siteKey(row('i1'))).toBe('panels//4711');
  expect(siteKey(row('i2', { account: null }))).toBeNull();
});

test('who has taken another one of the site handles it', () => {
  const fresh = row('i1', { account_id: 'a1' });
  const taken = row('i2', { account_id: 'a1', state: 'taken', taken_by: 'anna' });
  expect(ownerBeside(fresh, [fresh, taken])).toBe('anna');
  expect(ownerBeside(taken, [fresh, taken])).toBeNull();
});

test('one silent alarm makes every row of the site silent until it is closed', () => {
  const mains = row('i1', { account_id: 'a1' });
  const holdup = row('i2', { account_id: 'a1', silent: true });
  expect(isSilent(mains, [mains, holdup])).toBe(true);
  expect(isSilent(mains, [mains, { ...holdup, state: 'closed' as const }])).toBe(false);
});

test('a row that is told once more since its site fell silent is news', () => {
  const queue = new Queue();
  queue.fold([row('i1')]);
  expect(queue.fold([row('i1', { silent_site: true })])).toBe(true);
  expect(queue.get('i1')?.silent_site).toBe(true);
  expect(queue.fold([row('i1', { silent_site: true })])).toBe(false);
});
