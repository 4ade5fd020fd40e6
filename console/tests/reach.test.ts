import { expect, test } from 'vitest';
import { areaOf, zoneOf } from '../src/lib/site/parts';
import { callOrder, dialOf, inHours, listOf, type Here } from '../src/lib/site/reach';
import { clockOf, daysText, fieldOf, instantOf, localMinute, minuteOf } from '../src/lib/site/week';
import { contact, file } from './site';

const ZONE = 'Europe/London';
const MONDAY_NOON = Date.parse('2026-11-23T12:00:00Z');
const HERE: Here = { at: MONDAY_NOON, zone: ZONE, holidays: [] };
const at = (instant: string, holidays: string[] = []): Here => ({ at: Date.parse(instant), zone: ZONE, holidays });
const NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun', 'holidays'];

test('who can be called comes first, in the order of the site, and of the others it says why', () => {
  const people = [
    contact('c4', 4, 'For fire only', { lists: ['fire'] }),
    contact('c3', 3, 'Weekdays', { hours: [{ days: [0, 1, 2, 3, 4], since: 480, until: 1_080 }] }),
    contact('c2', 2, 'No telephone', { numbers: [] }),
    contact('c1', 1, 'Away', { absences: [{ since: '2026-11-20T00:00:00Z', until: '2026-12-01T00:00:00Z' }] }),
    contact('c5', 5, 'Always'),
    contact('c6', 6, 'Nights', { hours: [{ days: [0, 1, 2, 3, 4, 5, 6], since: 1_200, until: 420 }] }),
  ];
  const said = callOrder(people, 'intrusion', HERE).map(({ contact, why }) => [contact.name, why]);
  expect(said).toEqual([
    ['Weekdays', null],
    ['Always', null],
    ['Away', 'absent'],
    ['No telephone', 'no_number'],
    ['Nights', 'hours'],
    ['For fire only', 'other_list'],
  ]);
  expect(callOrder(people, null, HERE).filter(({ why }) => why === null)).toHaveLength(3);
});

test('an absence ends by itself, and names its end', () => {
  const away = contact('c1', 1, 'Away', { absences: [{ since: '2026-11-20T00:00:00Z', until: '2026-11-23T12:00:00Z' }] });
  expect(callOrder([away], null, HERE)[0]).toMatchObject({ why: null });
  expect(callOrder([away], null, { ...HERE, at: MONDAY_NOON - 1 })[0]).toMatchObject({ why: 'absent', until: '2026-11-23T12:00:00Z' });
});

test('a window over midnight is of the day on which it begins', () => {
  const night = { days: [4], since: 1_320, until: 360 }; // Friday 22:00 to 06:00
  expect(inHours([night], at('2026-11-27T23:00:00Z'))).toBe(true);
  expect(inHours([night], at('2026-11-28T05:59:00Z'))).toBe(true);
  expect(inHours([night], at('2026-11-28T06:00:00Z'))).toBe(false);
  expect(inHours([night], at('2026-11-27T05:00:00Z'))).toBe(false);
});

test('on a public holiday the hours of holidays hold in place of those of the weekday', () => {
  const weekdays = { days: [0, 1, 2, 3, 4], since: 480, until: 1_080 };
  const holidays = { days: [6, 7], since: 600, until: 720 };
  const monday = '2026-11-23';
  expect(inHours([weekdays, holidays], at(`${monday}T14:00:00Z`))).toBe(true);
  expect(inHours([weekdays, holidays], at(`${monday}T14:00:00Z`, [monday]))).toBe(false);
  expect(inHours([weekdays, holidays], at(`${monday}T11:00:00Z`, [monday]))).toBe(true);
  expect(inHours([weekdays], at(`${monday}T14:00:00Z`, [monday]))).toBe(true); // nobody said what holds on holidays
  const night = { days: [7], since: 1_320, until: 360 };
  expect(inHours([night], at('2026-11-24T05:00:00Z', [monday]))).toBe(true);
  expect(inHours([night], at('2026-11-24T05:00:00Z', ['2026-11-24']))).toBe(false);
});

test('hours are those of the site, wherever the operator sits', () => {
  expect(localMinute(Date.parse('2026-11-23T23:30:00Z'), 'Europe/Zurich')).toEqual({ date: '2026-11-24', day: 1, minute: 30 });
  expect(localMinute(Date.parse('2026-11-23T23:30:00Z'), 'Nowhere/Here')).toEqual({ date: '2026-11-23', day: 0, minute: 1_410 });
});

test('the list of a call follows the kind of the alarm', () => {
  expect(['FIRE.ALARM', 'PROP.ALARM.INTR', 'PROP.CLOSE.LATE', 'MED.FALL', 'TECH.POWER', 'ADM.OTHER'].map(listOf)).toEqual([
    'fire',
    'intrusion',
    'open_close',
    'care',
    'technical',
    null,
  ]);
});

test('a number is dialled without what people write between', () => {
  expect(dialOf('+44 (1632) 960-118')).toBe('tel:+441632960118');
});

test.each([
  ['8', 480],
  ['0805', 485],
  ['8.05', 485],
  ['24:00', 1_440],
  ['02:00 +1', 1_560],
  ['24:01', null],
  ['8:60', null],
  ['noon', null],
  ['', null],
])('%s is a time', (text, minute) => {
  expect(minuteOf(text)).toBe(minute);
  if (minute !== null) expect(minuteOf(clockOf(minute))).toBe(minute);
});

test('days are said as runs', () => {
  expect(daysText([0, 1, 2, 3, 4], NAMES)).toBe('Mon–Fri');
  expect(daysText([6, 5, 7, 1], NAMES)).toBe('Tue, Sat, Sun, holidays');
  expect(daysText([], NAMES)).toBe('');
});

test('an absence is typed in the time of the site, and kept as an instant', () => {
  expect(fieldOf('2026-07-01T07:00:00Z', ZONE)).toBe('2026-07-01T08:00');
  expect(instantOf('2026-07-01T08:00', ZONE)).toBe('2026-07-01T07:00:00Z');
  expect(instantOf('2026-10-25T01:30', ZONE)).toBe('2026-10-25T00:30:00Z'); // comes twice: the first
  expect(instantOf('2026-03-29T01:30', ZONE)).toBe('2026-03-29T01:30:00Z'); // never comes: an hour later
  expect(instantOf('', ZONE)).toBeNull();
});

test('the zone of an alarm is named as the registry has it, whatever zeros the panel writes', () => {
  const shop = file();
  expect(zoneOf(shop, '01', '4')?.name).toBe('Back door');
  expect(zoneOf(shop, null, '4')?.name).toBe('Back door');
  expect(zoneOf(shop, '2', '4')).toBeNull();
  expect(zoneOf(shop, '2', '7')?.name).toBe('Smoke, store room');
  expect(zoneOf(shop, '1', '000')).toBeNull();
  expect(areaOf(shop, '01')?.name).toBe('Shop');
});
