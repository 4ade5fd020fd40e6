import { expect, test } from 'vitest';
import { flagsOf, partOf, siteOf } from '../src/lib/words';
import { row } from './rows';

const own = (subtype: string) =>
  row('1', { kind: 'TECH.CENTRE', method: 'system', account: null, signals: [{ subtype }] as never });

test('a fault of the centre says which part of it, where others say the site', () => {
  expect(siteOf(own('storage'))).toBe('Storage of this centre');
  expect(siteOf(own('clock'))).toBe('Clock of this centre');
  expect(partOf('upkeep/registry')).toBe('Upkeep of this centre');
});

test('the same kind said by equipment is about its account', () => {
  expect(siteOf(row('1', { kind: 'TECH.CENTRE', account: '4711' }))).toBe('Account 4711');
});

test('an outage says whose it is, where others say the site', () => {
  const outage = (part: string) => row('1', { kind: 'TECH.OUTAGE', method: 'system', account: null, part });
  expect(siteOf(outage('provider/Coast Net'))).toBe('Provider Coast Net');
  expect(siteOf(outage('prefix/panels/A0'))).toBe('Prefix panels/A0');
});

test('whoever does not get on with it is shown as needing the next operator, until it is done', () => {
  const act = { target_at: '', limit_at: '', done_at: null as string | null, at_once: false };
  const idle = row('1', { state: 'taken', clocks: { act }, escalated: ['take:desk', 'act:next'] });
  const flags = (one: typeof idle) => flagsOf(one).map(({ text }) => text);
  expect(flags(idle)).toContain('next operator wanted');
  expect(flags({ ...idle, clocks: { act: { ...act, done_at: '2026-11-23T02:14:05Z' } } })).not.toContain('next operator wanted');
  expect(flags({ ...idle, state: 'waiting' })).not.toContain('next operator wanted');
});
