// A device as it is being typed, and what one of its messages offers to its table. Pure.

import type { Device, DeviceFields, Door, KnownPoint, Point, ReadingHeard, Secret, Wire } from './types';

export interface Draft extends DeviceFields {
  points: Point[];
}

const OVER_HTTP: readonly Wire[] = ['isapi', 'onvif', 'shelly', 'alertmanager', 'grafana', 'cloudevents', 'sensorthings', 'chirpstack', 'thingsstack', 'mapping'];
const OF_A_DOOR: Record<string, readonly Wire[]> = {
  http: OVER_HTTP,
  mqtt: ['zigbee2mqtt', 'frigate', 'homeassistant', 'esphome', 'shelly', 'mapping'],
  smtp: ['smtp'],
  isapi: ['isapi'],
  onvif: ['onvif'],
};

/** The languages that a door hears; of one that this page does not know, none. */
export function wiresOf(door: Door | undefined): readonly Wire[] {
  return (door && OF_A_DOOR[door.type]) ?? [];
}

export function emptyDraft(account_id: string, given: Partial<DeviceFields> = {}): Draft {
  const fields: DeviceFields = {
    account_id,
    receiver: '',
    wire: 'isapi',
    address: '',
    name: '',
    interval_s: null,
    hold_s: 60,
    public_ground: false,
    channel_offset: 0,
    mapping: null,
    host: null,
    enabled: true,
  };
  return { ...fields, ...given, points: [] };
}

export function emptyPoint(point = ''): Point {
  return { point, area: null, zone: null, observed: null, switches: [], inverted: false, hold_s: null, above: null, below: null, unit: null };
}

export function draftOf(device: Device): Draft {
  const { account_id, receiver, wire, address, name, interval_s, hold_s, public_ground, channel_offset, mapping, host, enabled } = device;
  const points = device.points.map(({ zone_name: _, proved_at: __, ...row }) => ({ ...row, switches: [...row.switches] }));
  return { account_id, receiver, wire, address, name, interval_s, hold_s, public_ground, channel_offset, mapping, host, enabled, points };
}

export function same(a: Draft, b: Draft): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** The row that a reading's point has: its own, or the one for all others. */
export function rowOf<T extends Point>(points: readonly T[], point: string): T | null {
  return points.find((row) => row.point === point) ?? points.find((row) => row.point === '*') ?? null;
}

const NO_POINT: ReadonlySet<string> = new Set(['unreadable', 'unlisted', 'offline']);

/** A point that the table could have, and has not. */
export function addable({ point, observed }: ReadingHeard, points: readonly Point[]): boolean {
  return point !== '' && !NO_POINT.has(observed) && points.every((row) => row.point !== point);
}

/** The row of a point whose alarm has just arrived, and that nobody has ticked off. */
export function provable({ point, became }: ReadingHeard, points: readonly KnownPoint[]): KnownPoint | null {
  if (became !== 'begins' && became !== 'again') return null;
  const row = rowOf(points, point);
  return row && row.proved_at === null ? row : null;
}

/** What a point's row would be: its class switched on, its number's unit. */
export function rowFrom({ point, unit, switch: needs }: ReadingHeard): Point {
  return { ...emptyPoint(point), switches: needs ? [needs] : [], unit };
}

const EVERYWHERE: ReadonlySet<string> = new Set(['0.0.0.0', '[::]', '::', '127.0.0.1', '[::1]', '::1', 'localhost']);

/** What is typed into a device; `host` is the one under which this page was reached. Null: the device needs none. */
export function addressOf(door: Door | undefined, secret: Secret, host: string): string | null {
  if (!door) return null;
  const cut = door.listen.lastIndexOf(':');
  const bound = door.listen.slice(0, cut);
  const at = EVERYWHERE.has(bound) ? host : bound.includes(':') && !bound.startsWith('[') ? `[${bound}]` : bound;
  if (door.type === 'http') return `${door.secure ? 'https' : 'http'}://${at}:${door.listen.slice(cut + 1)}${secret.path}`;
  return door.type === 'smtp' ? `${secret.recipient}@${at}` : null;
}

export type Standing = 'off' | 'lost' | 'faulty' | 'never' | 'well';

/** The worst first. */
export function standingOf({ enabled, lost_since, faulty_since, heard_at }: Device): Standing {
  if (!enabled) return 'off';
  if (lost_since !== null) return 'lost';
  if (faulty_since !== null) return 'faulty';
  return heard_at === null ? 'never' : 'well';
}

/** Line and column of what is no JSON; null where it is some, or its reader does not say. */
export function placeOf(text: string, message: string): { line: number; column: number } | null {
  const said = /line (\d+) column (\d+)/.exec(message);
  if (said) return { line: Number(said[1]), column: Number(said[2]) };
  const at = /position (\d+)/.exec(message)?.[1];
  if (at === undefined) return /end of JSON|Unexpected end/i.test(message) ? endOf(text) : null;
  return endOf(text.slice(0, Number(at)));
}

function endOf(text: string): { line: number; column: number } {
  const lines = text.split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
