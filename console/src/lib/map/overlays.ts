// What stands on the map, above whatever ground: put there anew whenever the ground changes its look.

import type { GeoJSONSource, ImageSource, Map as Ground, StyleSpecification } from 'maplibre-gl';
import type { Priority } from '../types';
import { collection, polygons, type Area, type Doing, type Plan, type Point } from './points';
import type { Square } from './cover';
import { BASELINE, SHAPES, UNIT_SHAPES } from './shapes';

export interface Shown {
  points: readonly Point[];
  areas: readonly Area[];
  plans: readonly Plan[];
  cells: readonly Square[];
  chosen: string | null;
}

export const INCIDENTS = 'incidents';
export const SITES = 'sites';
export const UNITS = 'units';
const CHOSEN = 'chosen';
const AREAS = 'areas';
const COVER = 'cover';
/** Points within so many pixels are gathered into one. */
const GATHER_PX = 44;
const GATHER_TO_ZOOM = 15;
const PRIORITIES: readonly Priority[] = [1, 2, 3, 4, 5];
const UNIT_COLOURS: Record<Doing, string> = { free: '--good', coming: '--accent', there: '--warn', away: '--soft', distress: '--bad' };

/** Give the ground its sources and layers; what is there already stays. */
export function furnish(ground: Ground, colour: (name: string) => string): void {
  for (const priority of PRIORITIES) addMark(ground, priority, colour);
  for (const [name, of] of Object.entries(UNIT_COLOURS)) addUnit(ground, name as Doing, colour(of), colour('--panel'));
  const empty = { type: 'FeatureCollection' as const, features: [] };
  ground.addSource(COVER, { type: 'geojson', data: empty });
  ground.addSource(AREAS, { type: 'geojson', data: empty });
  ground.addSource(SITES, { type: 'geojson', data: empty });
  ground.addSource(UNITS, { type: 'geojson', data: empty });
  ground.addSource(CHOSEN, { type: 'geojson', data: empty });
  ground.addSource(INCIDENTS, {
    type: 'geojson',
    data: empty,
    cluster: true,
    clusterRadius: GATHER_PX,
    clusterMaxZoom: GATHER_TO_ZOOM,
    clusterProperties: { first: ['min', ['get', 'priority']] },
  });
  const [text, panel, accent, warn] = [colour('--text'), colour('--panel'), colour('--accent'), colour('--warn')];
  const [reached, bare] = [colour('--good'), colour('--bad')];
  ground.addLayer({
    id: 'cover',
    type: 'fill',
    source: COVER,
    paint: {
      'fill-color': ['case', ['has', 'minutes'], reached, bare],
      'fill-opacity': ['case', ['has', 'minutes'], ['-', 0.55, ['*', 0.35, ['get', 'late']]], 0.05],
    },
  });
  ground.addLayer({
    id: 'cover-edge',
    type: 'line',
    source: COVER,
    filter: ['!', ['has', 'minutes']],
    paint: { 'line-color': colour('--soft'), 'line-width': 1, 'line-dasharray': [3, 3] },
  });
  ground.addLayer({
    id: 'cover-words',
    type: 'symbol',
    source: COVER,
    minzoom: 11,
    layout: { 'text-field': ['case', ['has', 'minutes'], ['to-string', ['get', 'minutes']], '–'], 'text-font': ['sans-serif'], 'text-size': 14 },
    paint: { 'text-color': text, 'text-halo-color': panel, 'text-halo-width': 2 },
  });
  ground.addLayer({ id: 'areas', type: 'fill', source: AREAS, paint: { 'fill-color': warn, 'fill-opacity': 0.18 } });
  ground.addLayer({ id: 'areas-edge', type: 'line', source: AREAS, paint: { 'line-color': warn, 'line-width': 2, 'line-dasharray': [3, 2] } });
  ground.addLayer({
    id: 'sites',
    type: 'circle',
    source: SITES,
    paint: { 'circle-radius': 8, 'circle-color': panel, 'circle-stroke-color': accent, 'circle-stroke-width': 4 },
  });
  ground.addLayer({ id: 'sites-words', type: 'symbol', source: SITES, ...words(text, panel) });
  ground.addLayer({
    id: 'gathered',
    type: 'circle',
    source: INCIDENTS,
    filter: ['has', 'point_count'],
    paint: {
      'circle-radius': 19,
      'circle-color': panel,
      'circle-stroke-width': 4,
      'circle-stroke-color': ['match', ['get', 'first'], 1, colour('--p1'), 2, colour('--p2'), 3, colour('--p3'), 4, colour('--p4'), colour('--p5')],
    },
  });
  ground.addLayer({
    id: 'gathered-words',
    type: 'symbol',
    source: INCIDENTS,
    filter: ['has', 'point_count'],
    layout: {
      // The most urgent of them by its sign, so that the ring's colour is not all that tells it, and how many there are.
      'icon-image': ['concat', 'priority-', ['get', 'first']],
      'icon-size': 0.8,
      'icon-allow-overlap': true,
      'text-field': ['concat', '×', ['get', 'point_count_abbreviated']],
      'text-font': ['sans-serif'],
      'text-size': 15,
      'text-anchor': 'left',
      'text-offset': [1.1, -1.1],
      'text-allow-overlap': true,
    },
    paint: { 'text-color': text, 'text-halo-color': panel, 'text-halo-width': 3 },
  });
  ground.addLayer({
    id: 'incidents',
    type: 'symbol',
    source: INCIDENTS,
    filter: ['!', ['has', 'point_count']],
    layout: {
      'icon-image': ['concat', 'priority-', ['get', 'priority']],
      'icon-allow-overlap': true,
      'symbol-sort-key': ['-', 0, ['get', 'priority']],
    },
  });
  // What is chosen is gathered with nothing: it is what somebody is being sent to.
  ground.addLayer({
    id: 'chosen',
    type: 'circle',
    source: CHOSEN,
    paint: { 'circle-radius': 24, 'circle-color': panel, 'circle-opacity': 0.7, 'circle-stroke-color': accent, 'circle-stroke-width': 4 },
  });
  ground.addLayer({
    id: 'chosen-mark',
    type: 'symbol',
    source: CHOSEN,
    layout: {
      'icon-image': ['concat', 'priority-', ['get', 'priority']],
      'icon-allow-overlap': true,
      'text-field': ['get', 'label'],
      'text-font': ['sans-serif'],
      'text-size': 14,
      'text-anchor': 'top',
      'text-offset': [0, 2],
      'text-optional': true,
    },
    paint: { 'text-color': text, 'text-halo-color': panel, 'text-halo-width': 3 },
  });
  ground.addLayer({
    id: 'units',
    type: 'symbol',
    source: UNITS,
    layout: {
      'icon-image': ['concat', 'unit-', ['get', 'doing']],
      'icon-allow-overlap': true,
      'text-field': ['get', 'label'],
      'text-font': ['sans-serif'],
      'text-size': 13,
      'text-anchor': 'top',
      'text-offset': [0, 0.9],
      'text-optional': true,
      'symbol-sort-key': ['case', ['==', ['get', 'doing'], 'distress'], 1, 0],
    },
    paint: { 'text-color': text, 'text-halo-color': panel, 'text-halo-width': 3 },
  });
}

/** Show these, and nothing that was there before. */
export function show(ground: Ground, { points, areas, plans, cells, chosen }: Shown): void {
  for (const [name, layer] of [[INCIDENTS, 'incident'], [SITES, 'site'], [UNITS, 'unit']] as const) {
    const source = ground.getSource<GeoJSONSource>(name);
    void source?.setData(collection(points.filter((point) => point.layer === layer), chosen));
  }
  const looked = points.filter((point) => point.layer === 'incident' && point.id === chosen);
  void ground.getSource<GeoJSONSource>(CHOSEN)?.setData(collection(looked, chosen));
  void ground.getSource<GeoJSONSource>(AREAS)?.setData(polygons(areas));
  void ground.getSource<GeoJSONSource>(COVER)?.setData(grid(cells));
  lay(ground, plans);
}

function grid(cells: readonly Square[]) {
  const { features } = polygons(cells.map(({ id, corners }) => ({ id, corners, label: '' })));
  return {
    type: 'FeatureCollection' as const,
    features: features.map((one, n) => ({ ...one, properties: properties(cells[n] as Square) })),
  };
}

const properties = ({ minutes, late }: Square) => (minutes === null ? { late } : { late, minutes });

/** Pictures of plans lie below every point. */
function lay(ground: Ground, plans: readonly Plan[]): void {
  const wanted = new Set(plans.map(({ id }) => `plan-${id}`));
  for (const { id } of ground.getStyle().layers) {
    if (!id.startsWith('plan-') || wanted.has(id)) continue;
    ground.removeLayer(id);
    ground.removeSource(id);
  }
  for (const plan of plans) {
    const id = `plan-${plan.id}`;
    const coordinates = plan.corners.map(([latitude, longitude]) => [longitude, latitude]) as Parameters<ImageSource['setCoordinates']>[0];
    const source = ground.getSource<ImageSource>(id);
    if (source) {
      source.setCoordinates(coordinates);
      continue;
    }
    ground.addSource(id, { type: 'image', url: new URL(plan.url, location.href).href, coordinates });
    ground.addLayer({ id, type: 'raster', source: id, paint: { 'raster-opacity': 0.85 } }, 'areas');
  }
}

function words(text: string, ground: string) {
  return {
    layout: {
      'text-field': ['get', 'label'] as ['get', string],
      'text-font': ['sans-serif'],
      'text-size': 13,
      'text-anchor': 'top' as const,
      'text-offset': [0, 1.1] as [number, number],
    },
    paint: { 'text-color': text, 'text-halo-color': ground, 'text-halo-width': 2 },
  };
}

/** The sign of a priority as everywhere in the console, drawn at twice its size for fine screens. */
function addMark(ground: Ground, priority: Priority, colour: (name: string) => string): void {
  const name = `priority-${priority}`;
  if (ground.hasImage(name)) return;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 64;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.scale(64 / 40, 64 / 40);
  pen.translate(2, 2);
  const shape = new Path2D(SHAPES[priority]);
  pen.lineJoin = 'round';
  pen.lineWidth = 4;
  pen.strokeStyle = colour('--panel');
  pen.stroke(shape);
  pen.fillStyle = colour(`--p${priority}`);
  pen.fill(shape);
  pen.fillStyle = colour(`--p${priority}-on`);
  pen.font = '700 20px sans-serif';
  pen.textAlign = 'center';
  pen.fillText(String(priority), 18, BASELINE[priority]);
  ground.addImage(name, pen.getImageData(0, 0, 64, 64), { pixelRatio: 2 });
}

function addUnit(ground: Ground, doing: Doing, fill: string, edge: string): void {
  const name = `unit-${doing}`;
  if (ground.hasImage(name)) return;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 48;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.scale(48 / 40, 48 / 40);
  pen.translate(2, 2);
  const shape = new Path2D(UNIT_SHAPES[doing]);
  pen.lineJoin = 'round';
  pen.lineWidth = 5;
  pen.strokeStyle = edge;
  pen.stroke(shape);
  pen.fillStyle = fill;
  pen.fill(shape, 'evenodd');
  ground.addImage(name, pen.getImageData(0, 0, 48, 48), { pixelRatio: 2 });
}

/** Archives are named by their files; the browser asks for them by their whole address. */
export function addressed(style: StyleSpecification): StyleSpecification {
  const sources = Object.entries(style.sources).map(([name, source]) => {
    const url = 'url' in source && typeof source.url === 'string' ? source.url : null;
    const archive = url?.startsWith('pmtiles://') ? url.slice('pmtiles://'.length) : null;
    if (archive === null || archive.includes('/')) return [name, source] as const;
    return [name, { ...source, url: `pmtiles://${location.origin}/api/v1/map/tiles/${encodeURIComponent(archive)}` }] as const;
  });
  return { ...style, sources: Object.fromEntries(sources) as StyleSpecification['sources'] };
}
