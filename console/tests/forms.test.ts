import { expect, test } from 'vitest';
import { causesFor, chosenBy, needsCause } from '../src/lib/closing';
import { holdChoices, longestHoldMs, MINUTE_MS, nextAt } from '../src/lib/holding';
import { emptyPlace, placeOf, sitesMeant, titleOf } from '../src/lib/place';

const key = (code: string, more = {}) => ({ code, ...more }) as KeyboardEvent;

test('likely causes come first, and none is lost or added', () => {
  const all = ['fire', 'cooking', 'storm', 'unknown', 'other'];
  const [likely, others] = causesFor('false_alarm', 'FIRE.STRUCT', all);
  expect(likely[0]).toBe('cooking');
  expect([...likely, ...others].sort()).toEqual([...all].sort());
  expect(causesFor('a disposition of tomorrow', 'NEW', all)).toEqual([['unknown', 'other'], ['fire', 'cooking', 'storm']]);
});

test('the kind decides with the disposition which causes are likely', () => {
  const all = [
    ...['fire', 'cooking', 'dust_or_steam', 'contractor_works', 'user_mistake', 'forgotten_code', 'equipment_defect'],
    ...['low_battery', 'mains_failure', 'network_failure', 'storm', 'animal', 'break_in', 'intrusion_attempt'],
    ...['medical_need', 'fall', 'lift_fault', 'water', 'unknown', 'other'],
  ];
  const likely = (disposition: string, group: string) => causesFor(disposition, group, all)[0].slice(0, -2);
  expect(likely('genuine', 'FIRE')).toEqual(['fire', 'equipment_defect']);
  expect(likely('genuine', 'MED')).toContain('fall');
  expect(likely('genuine', 'MED')).not.toContain('fire');
  expect(likely('genuine', 'RES')[0]).toBe('lift_fault');
  expect(likely('false_alarm', 'PROP')).toContain('animal');
  expect(likely('false_alarm', 'PROP')).not.toContain('cooking');
  expect(likely('user_error', 'PROP')).toContain('forgotten_code');
  expect(likely('technical_fault', 'FIRE')).toContain('low_battery');
  for (const one of ['genuine', 'false_alarm', 'user_error', 'technical_fault']) {
    for (const group of ['FIRE', 'MED', 'PROP', 'TECH']) expect(causesFor(one, group, all)[0].length).toBeLessThan(11);
  }
});

test('digits choose the first ten', () => {
  const choices = 'abcdefghijk'.split('');
  expect(chosenBy(key('Digit1'), choices)).toBe('a');
  expect(chosenBy(key('Numpad9'), choices)).toBe('i');
  expect(chosenBy(key('Digit0'), choices)).toBe('j');
  expect(chosenBy(key('Digit3'), ['a'])).toBeUndefined();
  expect(chosenBy(key('Digit1', { ctrlKey: true }), choices)).toBeUndefined();
});

test('what a user cancelled needs no cause', () => {
  expect(needsCause('cancelled')).toBe(false);
  expect(needsCause('genuine')).toBe(true);
});

test('nothing is offered that the centre would refuse to hold', () => {
  expect(holdChoices(1)).toEqual([5]);
  expect(holdChoices(2)).toEqual([5, 15]);
  expect(holdChoices(4).at(-1)).toBe(1_440);
  expect(longestHoldMs(1)).toBe(5 * MINUTE_MS);
});

test('a clock time is the next one', () => {
  const now = new Date(2026, 10, 23, 14, 30).getTime();
  expect(nextAt('15:00', now)).toBe(new Date(2026, 10, 23, 15, 0).getTime());
  expect(nextAt('14:00', now)).toBe(new Date(2026, 10, 24, 14, 0).getTime());
  expect(nextAt('soon', now)).toBeNull();
});

test('a place is complete or none, and holds nothing that was not asked for', () => {
  expect(placeOf(emptyPlace('site'), null)).toBeNull();
  expect(placeOf({ ...emptyPlace('site'), site: ' 17 ', text: 'x' }, null)).toEqual({ site: '17' });
  expect(placeOf({ ...emptyPlace('text'), text: 'by the mill' }, null)).toEqual({ text: 'by the mill' });
  const position = { ...emptyPlace('position'), latitude: '51,14', longitude: '0.87' };
  expect(placeOf(position, null)).toEqual({ position: { latitude: 51.14, longitude: 0.87 } });
  expect(placeOf({ ...position, latitude: '91' }, null)).toBeNull();
  expect(placeOf({ ...position, longitude: '' }, null)).toBeNull();
});

test('a site is given by number, name, id or the line of the list, and goes out as its id', () => {
  const school = { id: 's1', account: '1001', name: 'Linden School', address: 'Hill Road 4' };
  const mill = { id: 's2', account: '1002', name: 'Mill', address: 'Mill Lane 1' };
  const site = (typed: string) => placeOf({ ...emptyPlace('site'), site: typed }, [school, mill]);
  for (const typed of ['1001', ' linden school ', 's1', titleOf(school)]) expect(site(typed)).toEqual({ site: 's1' });
  expect(site('100')).toBeNull();
  const twin = { ...mill, id: 's3' };
  expect(sitesMeant('1002', [school, mill, twin])).toHaveLength(2);
  expect(placeOf({ ...emptyPlace('site'), site: '1002' }, [mill, twin])).toBeNull();
});
