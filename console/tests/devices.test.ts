import { expect, test } from 'vitest';
import { addable, addressOf, draftOf, placeOf, provable, rowFrom, same, standingOf, wiresOf } from '../src/lib/devices/draft';
import type { Device, Door, KnownPoint, ReadingHeard } from '../src/lib/devices/types';

const reading: ReadingHeard = { point: 'smoke', observed: 'smoke', state: 'active', target: null, value: null, unit: null, quality: [], became: 'begins', zone: null, switch: null };
const row: KnownPoint = { point: 'smoke', area: null, zone: '7', observed: null, switches: [], inverted: false, hold_s: null, above: null, below: null, unit: null, zone_name: 'Hall', proved_at: null };
const device: Device = {
  id: 'd', version: 3, account_id: 'a', account: '1', site: 'Mill', receiver: 'webhooks', wire: 'shelly', address: 'x', name: 'Hall', points: [row],
  interval_s: null, hold_s: 60, public_ground: false, channel_offset: 0, mapping: null, host: null, has_login: false, enabled: true, unproved: 1,
  heard_at: null, lost_since: null, faulty_since: null,
};
const secret = { secret: 'k5xw', path: '/d/k5xw', recipient: 'k5xw', signing_key: '00' };
const door = (more: Partial<Door> = {}): Door => ({ name: 'webhooks', type: 'http', listen: '0.0.0.0:8441', takes_devices: true, secure: true, ...more });

test('a point is offered to the table once, and never what is no point', () => {
  expect(addable(reading, [])).toBe(true);
  expect(addable(reading, [row])).toBe(false);
  expect(addable({ ...reading, observed: 'unreadable' }, [])).toBe(false);
  expect(rowFrom({ ...reading, switch: 'sound', unit: 'C' })).toMatchObject({ point: 'smoke', switches: ['sound'], unit: 'C' });
});

test('only an alarm that arrived proves a point, and only once', () => {
  expect(provable(reading, [row])).toBe(row);
  expect(provable({ ...reading, became: 'unarmed' }, [row])).toBeNull();
  expect(provable(reading, [{ ...row, proved_at: '2026-11-23T20:00:00Z' }])).toBeNull();
  const all = { ...row, point: '*' };
  expect(provable({ ...reading, point: 'other' }, [row, all])).toBe(all);
});

test('what is typed into a device is the whole address', () => {
  expect(addressOf(door(), secret, 'alarms.example')).toBe('https://alarms.example:8441/d/k5xw');
  expect(addressOf(door({ listen: '192.0.2.7:80', secure: false }), secret, 'x')).toBe('http://192.0.2.7:80/d/k5xw');
  expect(addressOf(door({ listen: '2001:db8::1:80' }), secret, 'x')).toBe('https://[2001:db8::1]:80/d/k5xw');
  expect(addressOf(door({ type: 'smtp' }), secret, 'mail.example')).toBe('k5xw@mail.example');
  expect(addressOf(door({ type: 'mqtt' }), secret, 'x')).toBeNull();
  expect(wiresOf(door({ type: 'newer' }))).toEqual([]);
});

test('a device stands as its worst', () => {
  expect(standingOf(device)).toBe('never');
  expect(standingOf({ ...device, heard_at: 'x' })).toBe('well');
  expect(standingOf({ ...device, faulty_since: 'x', lost_since: 'x' })).toBe('lost');
  expect(standingOf({ ...device, enabled: false, lost_since: 'x' })).toBe('off');
});

test('what is proved meanwhile is no change of what is typed', () => {
  expect(same(draftOf(device), draftOf({ ...device, version: 4, points: [{ ...row, proved_at: 'x' }] }))).toBe(true);
  expect(same(draftOf(device), draftOf({ ...device, name: 'Loft' }))).toBe(false);
});

test('what is no JSON is found at its place', () => {
  expect(placeOf('{\n "a": x }', 'Unexpected token at position 8')).toEqual({ line: 2, column: 7 });
  expect(placeOf('', 'Expected at line 3 column 9 of the JSON data')).toEqual({ line: 3, column: 9 });
  expect(placeOf('{\n', 'Unexpected end of JSON input')).toEqual({ line: 2, column: 1 });
  expect(placeOf('x', 'no')).toBeNull();
});
