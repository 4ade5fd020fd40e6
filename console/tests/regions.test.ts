import { expect, test } from 'vitest';
import { cornersOf, cornersText, daysOf } from '../src/lib/regions';

test('days are read as people write them, each once and in their order, and what is no day is told', () => {
  const text = '2026-12-25 Christmas\n1.1.2026\n\n2026-12-25\n2026-02-30\nEaster\n';
  expect(daysOf(text)).toEqual({ found: ['2026-01-01', '2026-12-25'], bad: ['2026-02-30', 'Easter'] });
});

test('days of a calendar file are those on which its entries begin', () => {
  const text = 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261225\r\nSUMMARY:x\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n';
  expect(daysOf(text)).toEqual({ found: ['2026-12-25'], bad: [] });
});

test('corners are read line by line and written back the same', () => {
  const text = '47.5, 8.5\n47.5, 9\n48, 9';
  expect(cornersOf(text)).toEqual({ found: [[47.5, 8.5], [47.5, 9], [48, 9]], bad: [] });
  expect(cornersText(cornersOf(text).found)).toBe(text);
  expect(cornersOf('47.5\n1 2 3\nhere, there\n91, 0').bad).toHaveLength(4);
});

test('corners of a GeoJSON file are turned, and its last corner, which is the first, is left out', () => {
  const square = [[8, 47], [9, 47], [9, 48], [8, 47]];
  const wanted = { found: [[47, 8], [47, 9], [48, 9]], bad: [] };
  const polygon = { type: 'Polygon', coordinates: [square] };
  expect(cornersOf(JSON.stringify(polygon))).toEqual(wanted);
  expect(cornersOf(JSON.stringify({ type: 'FeatureCollection', features: [{ type: 'Feature', geometry: polygon }] }))).toEqual(wanted);
  expect(cornersOf(JSON.stringify({ type: 'MultiPolygon', coordinates: [[square]] }))).toEqual(wanted);
  for (const bad of ['{', '{"type":"Point"}', '{"type":"Polygon","coordinates":[["x"]]}']) expect(cornersOf(bad).found).toEqual([]);
});
