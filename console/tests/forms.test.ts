import { expect, test } from 'vitest';
import { causesFor, chosenBy, digitPressed, digitsOf, needsCause, needsComment } from '../src/lib/closing';
import { holdChoices, longestHoldMs, MINUTE_MS, nextAt } from '../src/lib/holding';
import { emptyPlace, placeOf, sitesMeant, titleOf } from '../src/lib/place';
import type { ClosingChoice } from '../src/lib/types';

const key = (code: string, more = {}) => ({ code, ...more }) as KeyboardEvent;

const choice = (more: Partial<ClosingChoice> = {}): ClosingChoice => ({
  disposition: 'false_alarm',
  key: '2',
  causes: ['cooking', 'unknown', 'other'],
  needs: ['cause'],
  ...more,
});

test('likely causes come first as the centre says, and none is lost or added', () => {
  const all = ['fire', 'cooking', 'storm', 'unknown', 'other'];
  expect(causesFor(choice(), all)).toEqual([['cooking', 'unknown', 'other'], ['fire', 'storm']]);
  expect(causesFor(choice({ causes: ['a cause of tomorrow'] }), all)).toEqual([[], all]);
  expect(causesFor(undefined, all)).toEqual([[], all]);
});

test('a digit is that of the disposition, whatever is left out before it', () => {
  const offered = [choice({ disposition: 'genuine', key: '1' }), choice({ disposition: 'test', key: '5' })];
  expect(digitsOf(offered)).toEqual({ genuine: '1', test: '5' });
  expect(digitPressed(key('Numpad5'))).toBe('5');
  expect(digitPressed(key('Digit5', { shiftKey: true }))).toBeUndefined();
});

test('digits choose the first ten', () => {
  const choices = 'abcdefghijk'.split('');
  expect(chosenBy(key('Digit1'), choices)).toBe('a');
  expect(chosenBy(key('Numpad9'), choices)).toBe('i');
  expect(chosenBy(key('Digit0'), choices)).toBe('j');
  expect(chosenBy(key('Digit3'), ['a'])).toBeUndefined();
  expect(chosenBy(key('Digit1', { ctrlKey: true }), choices)).toBeUndefined();
});

test('what the centre wants said with a closing is asked for', () => {
  expect(needsCause(choice())).toBe(true);
  expect(needsCause(choice({ needs: ['told'] }))).toBe(false);
  expect(needsCause(undefined)).toBe(false);
  expect(needsComment('other')).toBe(true);
  expect(needsComment('animal')).toBe(false);
  expect(needsComment(null)).toBe(false);
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
