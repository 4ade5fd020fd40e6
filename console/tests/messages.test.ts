import { expect, test } from 'vitest';
import { fill } from '../src/lib/fill';
import { KEYS } from '../src/lib/keys';
import { de } from '../src/messages/de';
import { en, type Catalogue, type Message } from '../src/messages/en';
import { es } from '../src/messages/es';
import { fr } from '../src/messages/fr';

const forms = (message: Message) => (typeof message === 'string' ? [message] : Object.values(message));
const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

test.each([
  ['de', de],
  ['fr', fr],
  ['es', es],
] as [string, Catalogue][])('%s has every sentence, with the same parts to fill in', (_, catalogue) => {
  expect(Object.keys(catalogue).sort()).toEqual(Object.keys(en).sort());
  for (const [key, message] of Object.entries(catalogue)) {
    const wanted = holes(forms(en[key as keyof typeof en]).at(-1) as string);
    for (const text of forms(message)) {
      expect(text.trim(), key).not.toBe('');
      expect(holes(text), key).toEqual(wanted);
    }
  }
});

test('numbers decide the form by the rules of the language', () => {
  const points: Message = { one: '{n} point', other: '{n} points' };
  expect(fill(points, { n: 1 }, 'en')).toBe('1 point');
  expect(fill(points, { n: 0 }, 'en')).toBe('0 points');
  expect(fill(points, { n: 0 }, 'fr')).toBe('0 point');
  expect(fill(points, { n: 4000 }, 'de')).toBe('4.000 points');
  expect(fill('sent to #{n}', { n: 1042 }, 'en'), 'what an incident is called by is no amount').toBe('sent to #1042');
});

test('every key of the table has words in the help', () => {
  for (const key of KEYS) {
    const words = key.id.startsWith('filter-') ? `filter.${key.id.slice(7)}` : `key.${key.id}`;
    expect(en).toHaveProperty([words]);
  }
});

test('no key means two things', () => {
  const presses = KEYS.map((key) => `${key.with ?? ''}+${key.press}`);
  expect(new Set(presses).size).toBe(presses.length);
});
