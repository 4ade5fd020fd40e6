// What can stand on the map, as typed layers, and what MapLibre is given of it. Places are latitude and longitude. Pure.

import type { Priority, Row } from '../types';

export type At = readonly [latitude: number, longitude: number];

export interface IncidentPoint {
  layer: 'incident';
  id: string;
  at: At;
  priority: Priority;
  label: string;
}

export interface SitePoint {
  layer: 'site';
  id: string;
  at: At;
  label: string;
}

/** `status` as the list of statuses names it; `label` is the call sign. */
export interface UnitPoint {
  layer: 'unit';
  id: string;
  at: At;
  status: string;
  label: string;
}

export type Point = IncidentPoint | SitePoint | UnitPoint;

/** What a unit is doing, as its mark on the map tells it. */
export type Doing = 'free' | 'coming' | 'there' | 'away' | 'distress';

const DOING: Record<string, Doing> = {
  offered: 'coming',
  accepted: 'coming',
  en_route: 'coming',
  delayed: 'coming',
  transporting: 'coming',
  staged: 'there',
  on_scene: 'there',
  patient_contact: 'there',
  at_destination: 'there',
  off_duty: 'away',
  out_of_service: 'away',
  distress: 'distress',
};

export function doing(status: string): Doing {
  return DOING[status] ?? 'free';
}

/** A point that is dragged; `label` is one letter or digit. */
export interface Handle {
  id: string;
  at: At;
  label: string;
}

/** To a metre or so: nobody points any nearer. */
export function degreesOf({ lat, lng }: { lat: number; lng: number }): At {
  const east = ((((lng + 180) % 360) + 360) % 360) - 180;
  return [Number(lat.toFixed(6)), Number(east.toFixed(6))];
}

/** A ring without its first corner again. */
export interface Area {
  id: string;
  corners: readonly At[];
  label: string;
}

/** A picture laid over the map: corners from its upper left one on, clockwise. */
export interface Plan {
  id: string;
  url: string;
  corners: readonly [At, At, At, At];
}

/** What the server says of its map. */
export interface MapNow {
  available: boolean;
  why: 'not_set' | 'missing' | 'damaged' | 'style' | null;
  attribution: string;
  center: At | null;
  zoom: number;
  max_zoom: number | null;
}

export type NoMap = Exclude<MapNow['why'], null> | 'webgl' | 'line';

type Located = Pick<Row, 'site' | 'place'>;

const POSITION = /^(-?\d{1,2}\.\d+), (-?\d{1,3}\.\d+)$/;

/** Where an incident is: at its site, or at the position that it came with; null where that is only said in words. */
export function placeOf({ site, place }: Located): At | null {
  if (site) return site.latitude === null || site.longitude === null ? null : [site.latitude, site.longitude];
  const found = POSITION.exec(place ?? '');
  if (!found) return null;
  const at: At = [Number(found[1]), Number(found[2])];
  return Math.abs(at[0]) <= 90 && Math.abs(at[1]) <= 180 ? at : null;
}

/** GeoJSON of the points of one layer. Longitude comes first there. */
export function collection(points: readonly Point[], chosen: string | null) {
  return {
    type: 'FeatureCollection' as const,
    features: points.map((point) => ({
      type: 'Feature' as const,
      geometry: { type: 'Point' as const, coordinates: [point.at[1], point.at[0]] },
      properties: {
        id: point.id,
        label: point.label,
        chosen: point.id === chosen,
        ...(point.layer === 'incident' ? { priority: point.priority } : {}),
        ...(point.layer === 'unit' ? { status: point.status, doing: doing(point.status) } : {}),
      },
    })),
  };
}

export function polygons(areas: readonly Area[]) {
  return {
    type: 'FeatureCollection' as const,
    features: areas.map(({ id, label, corners }) => ({
      type: 'Feature' as const,
      geometry: { type: 'Polygon' as const, coordinates: [ring(corners)] },
      properties: { id, label },
    })),
  };
}

function ring(corners: readonly At[]): [number, number][] {
  return [...corners, ...corners.slice(0, 1)].map(([latitude, longitude]) => [longitude, latitude]);
}

/** South-west and north-east of everything, longitude first; null where there is nothing. */
export function bounds(places: readonly At[]): [[number, number], [number, number]] | null {
  if (places.length === 0) return null;
  const lats = places.map(([latitude]) => latitude);
  const lons = places.map(([, longitude]) => longitude);
  return [[Math.min(...lons), Math.min(...lats)], [Math.max(...lons), Math.max(...lats)]];
}

/** A circle as a ring: its middle, and its radius in kilometres. */
export function circle([latitude, longitude]: At, radius_km: number, corners = 48): At[] {
  const north = radius_km / 111.32;
  const east = north / Math.max(0.01, Math.cos((latitude * Math.PI) / 180));
  return Array.from({ length: corners }, (_, n) => {
    const turn = (n / corners) * 2 * Math.PI;
    return [latitude + north * Math.cos(turn), longitude + east * Math.sin(turn)] as const;
  });
}
