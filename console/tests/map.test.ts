import { expect, test } from 'vitest';
import { bounds, circle, collection, placeOf, type Point } from '../src/lib/map/points';
import type { Site } from '../src/lib/types';

const site = (latitude: number | null, longitude: number | null) => ({ latitude, longitude }) as Site;

test('an incident is at its site, else at the position that came with it, and nowhere where that is said in words', () => {
  expect(placeOf({ site: site(51.5, -0.12), place: null })).toEqual([51.5, -0.12]);
  expect(placeOf({ site: site(null, null), place: '52.50000, 13.40000' })).toBeNull();
  expect(placeOf({ site: null, place: '52.50000, -13.40000' })).toEqual([52.5, -13.4]);
  expect(placeOf({ site: null, place: '95.50000, 13.40000' })).toBeNull();
  expect(placeOf({ site: null, place: 'Flat 4, 12.5, 13.5' })).toBeNull();
  expect(placeOf({ site: null, place: null })).toBeNull();
});

test('a map is given longitude first, and which point is chosen', () => {
  const points: Point[] = [
    { layer: 'incident', id: 'a', at: [51.5, -0.12], priority: 1, label: 'School' },
    { layer: 'unit', id: 'u', at: [51.6, -0.1], status: 'available', label: 'E 1' },
  ];
  const [first, second] = collection(points, 'a').features;
  expect(first?.geometry.coordinates).toEqual([-0.12, 51.5]);
  expect(first?.properties).toEqual({ id: 'a', label: 'School', chosen: true, priority: 1 });
  expect(second?.properties).toEqual({ id: 'u', label: 'E 1', chosen: false, status: 'available' });
});

test('all of it is seen from its south-western to its north-eastern corner', () => {
  expect(bounds([])).toBeNull();
  expect(bounds([[51, 1], [52, -1]])).toEqual([[-1, 51], [1, 52]]);
});

test('a circle is as wide as it is high on the ground, also far north', () => {
  const ring = circle([60, 10], 111.32, 4);
  expect(ring[0]?.[0]).toBeCloseTo(61);
  expect(ring[1]?.[1]).toBeCloseTo(12);
});
