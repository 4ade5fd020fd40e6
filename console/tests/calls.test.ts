import { expect, test } from 'vitest';
import { beside, keyOf, nextOf, targets } from '../src/lib/calls/targets';
import type { CallNumber, CallPerson, Calls } from '../src/lib/calls/types';
import { dialLink, opensBeside } from '../src/lib/dial';

function number(n: number, more: Partial<CallNumber> = {}): CallNumber {
  return { n, number: `0770090000${n}`, label: '', attempts: 0, outcome: null, at: null, withheld: null, next: false, ...more };
}

function person(contact: string, numbers: CallNumber[], more: Partial<CallPerson> = {}): CallPerson {
  const read_out = { language: 'en', greeting: '', message: '' };
  const plain = { contact, name: contact, role: 'holder' as const, language: '', authority: [], numbers, attempts: 0, outcome: null };
  return { ...plain, available: true, why: null, next: false, read_out, ...more };
}

function calls(people: CallPerson[], premises: CallNumber[] = []): Calls {
  return {
    incident: 'i1', version: 1, step: null, premises_step: null, called_list: 'intrusion', silent_site: false, withheld: null, shown: true,
    standing: 'call', round: 1, rounds: 3, premises, people, next: null, again: null, two_calls: null, dialler: null,
  };
}

test('who is away and what must not ring is called by nobody', () => {
  const found = targets(
    calls(
      [person('a', [number(0, { withheld: 'silent' }), number(1)]), person('b', [number(0)], { available: false, why: 'hours' })],
      [number(0)],
    ),
  );
  expect(found.map(({ key }) => key)).toEqual(['a/1', '/0']);
});

test('the centre names who is next, and on which number', () => {
  const one = calls([person('a', [number(0)]), person('b', [number(0), number(1, { next: true })], { next: true })]);
  expect(nextOf(one)?.key).toBe('b/1');
  expect(nextOf(calls([person('a', [number(0)])]))).toBeNull();
});

test('next and back go around every number', () => {
  const all = targets(calls([person('a', [number(0), number(1)]), person('b', [number(0)])]));
  expect(beside(all, all[0] ?? null, 1)?.key).toBe('a/1');
  expect(beside(all, all[2] ?? null, 1)?.key).toBe('a/0');
  expect(beside(all, all[0] ?? null, -1)?.key).toBe('b/0');
  expect(beside(all, null, 1)?.key).toBe('a/0');
  expect(beside([], null, 1)).toBeNull();
  expect(keyOf(null, 2)).toBe('/2');
});

test('a number is dialled by the device, or by the address of the settings', () => {
  expect(dialLink('+41 (0)44 123 45 67', null)).toBe('tel:+410441234567');
  expect(dialLink('07700 900 021', 'sip:{number}@pbx.example.org')).toBe('sip:07700900021@pbx.example.org');
  expect(dialLink('+49 30 12#', 'https://pbx.example.org/call?to={number}')).toBe('https://pbx.example.org/call?to=%2B493012%23');
});

test('only a page that dials opens beside the console', () => {
  const page = 'https://pbx.example.org/call?to={number}';
  expect(opensBeside('https://pbx.example.org/call?to=1', page)).toBe(true);
  expect(opensBeside('https://elsewhere.example/', page)).toBe(false);
  expect(opensBeside('sip:1@pbx', 'sip:{number}@pbx')).toBe(false);
  expect(opensBeside('tel:1', null)).toBe(false);
});
