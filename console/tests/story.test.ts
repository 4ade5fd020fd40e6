import { expect, test } from 'vitest';
import { placeOf } from '../src/lib/story';
import type { Signal } from '../src/lib/types';

const signal = (fields: Partial<Signal>) => ({ zone: null, area: null, zone_name: null, ...fields }) as Signal;

test('a line of the story names the zone where the site has a name for it', () => {
  expect(placeOf(signal({ zone: '021', area: '01', zone_name: 'Main stairs' }))).toBe('Main stairs, zone 021, area 01');
  expect(placeOf(signal({ zone: '021' }))).toBe('zone 021');
  expect(placeOf(signal({}))).toBe('');
});
