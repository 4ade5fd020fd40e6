import { expect, test } from 'vitest';
import { changedSections, copy, decide, merge, patchOf, seenAgain, siteOf, type Site } from '../src/lib/site/draft';
import { Drawer } from '../src/lib/site/keeping';
import { contact, file } from './site';

const shop = (): Site => siteOf(file());
const person = (site: Site, n: number) => site.lists.contacts[n] as Record<string, unknown>;

test('what was not changed is not sent', () => {
  expect(patchOf(shop(), shop())).toEqual({ version: 4 });
});

test('of an account its changed fields are sent, a list as a whole, and no mark of ours', () => {
  const mine = shop();
  mine.account.address = '43 Market Street';
  person(mine, 1).name = 'B. Toomey';
  const patch = patchOf(shop(), mine);
  expect(patch.account).toEqual({ address: '43 Market Street' });
  expect(patch.contacts).toHaveLength(2);
  expect(JSON.stringify(patch)).not.toContain('_key');
  expect(JSON.stringify(patch)).not.toContain('quirks');
  expect(changedSections(shop(), mine)).toEqual(['account', 'contacts']);
});

test('what only one of two changed is his, in one contact too', () => {
  const [mine, theirs] = [shop(), shop()];
  theirs.version = 5;
  person(mine, 0).name = 'A. Averill';
  person(theirs, 0).language = 'fr';
  theirs.details.notes = 'Key under the mat';
  const { site, news, conflicts } = merge(shop(), mine, theirs);
  expect(conflicts).toEqual([]);
  expect(person(site, 0)).toMatchObject({ name: 'A. Averill', language: 'fr' });
  expect(site.details.notes).toBe('Key under the mat');
  expect(news.map(({ section, field }) => [section, field])).toEqual([
    ['details', 'notes'],
    ['contacts', 'language'],
  ]);
  expect(patchOf(theirs, site).details).toBeUndefined();
  expect(site.version).toBe(5);
});

test('what both changed differently stays mine until his is taken', () => {
  const [mine, theirs] = [shop(), shop()];
  person(mine, 0).numbers = [{ number: '01632 960 001', label: '', texts: false }];
  person(theirs, 0).numbers = [{ number: '01632 960 002', label: '', texts: false }];
  const { site, conflicts } = merge(shop(), mine, theirs);
  expect(conflicts.map(({ field, key }) => [field, key])).toEqual([['numbers', 'c1']]);
  expect(person(site, 0).numbers).toEqual(person(mine, 0).numbers);
  const taken = decide(site, conflicts[0]!, 'theirs');
  expect(person(taken, 0).numbers).toEqual(person(theirs, 0).numbers);
  expect(person(decide(taken, conflicts[0]!, 'mine'), 0).numbers).toEqual(person(mine, 0).numbers);
});

test('the same change by both is no conflict', () => {
  const [mine, theirs] = [shop(), shop()];
  mine.account.name = theirs.account.name = 'Averill';
  expect(merge(shop(), mine, theirs)).toMatchObject({ conflicts: [], news: [] });
});

test('a contact that he took away and I edited is a conflict, and mine is kept', () => {
  const [mine, theirs] = [shop(), shop()];
  person(mine, 1).name = 'B. Toomey';
  theirs.lists.contacts.splice(1, 1);
  const { site, conflicts } = merge(shop(), mine, theirs);
  expect(conflicts).toMatchObject([{ section: 'contacts', key: 'c2', field: null, theirs: undefined }]);
  expect(site.lists.contacts).toHaveLength(2);
  expect(decide(site, conflicts[0]!, 'theirs').lists.contacts).toHaveLength(1);
});

test('a contact that I took away and he edited comes back where his is taken', () => {
  const [mine, theirs] = [shop(), shop()];
  mine.lists.contacts.splice(1, 1);
  person(theirs, 1).name = 'B. Toomey';
  const { site, conflicts } = merge(shop(), mine, theirs);
  expect(site.lists.contacts).toHaveLength(1);
  expect(decide(site, conflicts[0]!, 'theirs').lists.contacts[1]).toMatchObject({ name: 'B. Toomey' });
});

test('new ones of both stay, and the same zone added by both is one zone', () => {
  const [mine, theirs] = [shop(), shop()];
  mine.lists.contacts.push({ ...contact('', 3, 'Mine'), _key: 'new:1' });
  theirs.lists.contacts.push({ ...contact('c9', 3, 'His'), _key: 'c9' });
  mine.lists.zones.push({ number: '9', area: null, name: 'Cellar', hazard: null, outdoor: false, _key: 'new:2' });
  theirs.lists.zones.push({ number: '9', area: null, name: 'Store', hazard: null, outdoor: false, _key: '/9' });
  const { site, conflicts } = merge(shop(), mine, theirs);
  expect(site.lists.contacts.map(({ name }) => name).sort()).toEqual(['A. Averill-Pym', 'B. Toome', 'His', 'Mine']);
  expect(site.lists.zones.filter(({ number }) => number === '9')).toHaveLength(1);
  expect(conflicts).toMatchObject([{ section: 'zones', field: 'name', mine: 'Cellar', theirs: 'Store' }]);
});

test('whether somebody has a word is the centre’s to say', () => {
  const [mine, theirs] = [shop(), shop()];
  person(theirs, 0).has_word = true;
  person(mine, 0).name = 'A. Averill';
  const { site, conflicts, news } = merge(shop(), mine, theirs);
  expect([conflicts, news]).toEqual([[], []]);
  expect(person(site, 0)).toMatchObject({ has_word: true, name: 'A. Averill' });
});

test('contacts whom the other put into another order stand in it', () => {
  const [mine, theirs] = [shop(), shop()];
  [person(theirs, 0).order, person(theirs, 1).order] = [2, 1];
  person(mine, 0).name = 'A. Averill';
  const { site, conflicts } = merge(shop(), mine, theirs);
  expect(conflicts).toEqual([]);
  expect(site.lists.contacts.map(({ name, order }) => [name, order])).toEqual([
    ['B. Toome', 1],
    ['A. Averill', 2],
  ]);
});

test('a draft waits for its user and its site alone', () => {
  const kept = new Map<string, string>();
  const shelf = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
    removeItem: (name: string) => void kept.delete(name),
  };
  const draft = { base: shop(), mine: copy(shop()), meeting: null, at: 1 };
  new Drawer('anna', 's1', shelf).write(draft);
  expect(new Drawer('anna', 's1', shelf).read()).toEqual(draft);
  expect(new Drawer('boris', 's1', shelf).read()).toBeNull();
  expect(new Drawer('anna', 's2', shelf).read()).toBeNull();
  new Drawer('anna', 's1', shelf).clear();
  expect(kept.size).toBe(0);
});

test('what is no draft is none', () => {
  const shelf = { getItem: () => '{"base":', setItem: () => undefined, removeItem: () => undefined };
  expect(new Drawer('anna', 's1', shelf).read()).toBeNull();
});

test('numbers that a silent alarm leaves out are never taken for numbers taken away', () => {
  const numbers = [{ number: '01632 960 110', label: 'shop', texts: false }];
  const [base, mine, now] = [shop(), shop(), shop()];
  for (const one of [base, mine]) one.details.premises = copy(numbers);
  mine.details.notes = 'Dog in the yard';
  const silent = merge(base, mine, seenAgain(base, now, true));
  expect(silent.site.details).toMatchObject({ premises: numbers, notes: 'Dog in the yard' });
  expect(silent.news).toEqual([]);

  const [hidden, typed, later] = [{ ...shop(), hidden: true }, shop(), shop()];
  typed.details.notes = 'Dog in the yard';
  later.details.premises = copy(numbers);
  const over = merge(hidden, typed, seenAgain(hidden, later, false));
  expect(over.site.details).toMatchObject({ premises: numbers, notes: 'Dog in the yard' });
  expect(over.site.hidden).toBeUndefined();
  expect(seenAgain(hidden, now, true).hidden).toBe(true);
});
