import { expect, test } from 'vitest';
import { bounds, circle, collection, degreesOf, doing, placeOf, type Point } from '../src/lib/map/points';
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
  expect(second?.properties).toEqual({ id: 'u', label: 'E 1', chosen: false, status: 'available', doing: 'free' });
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

test('what a unit is doing is told by five marks, and an unknown status is one that may be sent', () => {
  expect(['available_station', 'en_route', 'on_scene', 'out_of_service', 'distress', 'new'].map(doing)).toEqual([
    'free', 'coming', 'there', 'away', 'distress', 'free',
  ]);
});

test('a place that was pointed at is said to a metre, round the earth as often as the map was turned', () => {
  expect(degreesOf({ lat: 54.07251234, lng: -0.21081234 })).toEqual([54.072512, -0.210812]);
  expect(degreesOf({ lat: 0, lng: 190 })).toEqual([0, -170]);
});
