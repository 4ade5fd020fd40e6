// Calendars of public holidays and agencies of districts, as the server sends them and as people type or paste them. Pure.

import type { Agency } from './site/types';

export interface Calendar {
  name: string;
  days: string[];
  /** Goes back with a change: what was read. */
  mark: string;
}

export interface Calendars {
  items: Calendar[];
  may_edit: boolean;
}

export interface Districts {
  items: Agency[];
  mark: string;
  may_edit: boolean;
}

/** What was read of a text, and the lines of it that say nothing that could be read. */
export interface Read<T> {
  found: T[];
  bad: string[];
}

export type Corner = [number, number];

/** Days of a text, one a line with anything behind it, or of a calendar file (iCalendar); each once, in their order. */
export function daysOf(text: string): Read<string> {
  const found = new Set<string>();
  const bad: string[] = [];
  const lines = /^BEGIN:VCALENDAR/m.test(text)
    ? [...text.matchAll(/^DTSTART[^:\r\n]*:(\d{4})(\d{2})(\d{2})/gm)].map(([, year, month, day]) => `${year}-${month}-${day}`)
    : text.split(/\r?\n/).map((line) => line.trim());
  for (const line of lines.filter(Boolean)) {
    const day = dayOf(line);
    if (day) found.add(day);
    else bad.push(line);
  }
  return { found: [...found].sort(), bad };
}

/** `2026-12-25`, `25.12.2026`; what follows is not kept. A day that no calendar has is none. */
function dayOf(line: string): string | null {
  const iso = /^"?(\d{4})-(\d{2})-(\d{2})(?!\d)/.exec(line);
  const dots = /^"?(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)/.exec(line);
  const parts = iso ? iso.slice(1) : dots ? dots.slice(1).reverse() : null;
  if (!parts) return null;
  const day = parts.map((part) => part.padStart(2, '0')).join('-');
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day ? null : day;
}

/** Corners of a text, `latitude, longitude` a line, or of the first polygon of a GeoJSON file, which has them turned. */
export function cornersOf(text: string): Read<Corner> {
  if (text.trimStart().startsWith('{')) return ofGeoJson(text);
  const found: Corner[] = [];
  const bad: string[] = [];
  for (const line of text.split(/\r?\n/).map((one) => one.trim()).filter(Boolean)) {
    const [latitude, longitude, ...more] = line.split(/[\s,;]+/).filter(Boolean).map(Number);
    const fits = latitude !== undefined && longitude !== undefined && more.length === 0 && onEarth([latitude, longitude]);
    if (fits) found.push([latitude, longitude]);
    else bad.push(line);
  }
  return { found, bad };
}

export function cornersText(polygon: readonly Corner[]): string {
  return polygon.map(([latitude, longitude]) => `${latitude}, ${longitude}`).join('\n');
}

function onEarth([latitude, longitude]: Corner): boolean {
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180; // false of what is no number
}

function ofGeoJson(text: string): Read<Corner> {
  const bad = { found: [], bad: [text.slice(0, 60)] };
  let ring: unknown;
  try {
    ring = firstRing(JSON.parse(text));
  } catch {
    return bad;
  }
  if (!Array.isArray(ring)) return bad;
  const found = ring.map((one: unknown): Corner => (Array.isArray(one) ? [Number(one[1]), Number(one[0])] : [NaN, NaN]));
  if (!found.every(onEarth)) return bad;
  const [first, last] = [found[0], found.at(-1)];
  const closed = found.length > 1 && first?.[0] === last?.[0] && first?.[1] === last?.[1];
  return { found: closed ? found.slice(0, -1) : found, bad: [] };
}

interface Shape {
  type?: string;
  features?: Shape[];
  geometry?: Shape;
  coordinates?: unknown[][];
}

/** The outer border of the first polygon; holes are not kept. */
function firstRing(shape: Shape | undefined): unknown {
  switch (shape?.type) {
    case 'FeatureCollection':
      return firstRing(shape.features?.[0]);
    case 'Feature':
      return firstRing(shape.geometry);
    case 'Polygon':
      return shape.coordinates?.[0];
    case 'MultiPolygon':
      return (shape.coordinates?.[0] as unknown[] | undefined)?.[0];
    default:
      return undefined;
  }
}
