// Devices, mappings and public warnings as the HTTP interface sends them. Nothing but types and closed lists.

export const WIRES = ['isapi', 'onvif', 'frigate', 'zigbee2mqtt', 'homeassistant', 'esphome', 'shelly', 'smtp', 'alertmanager', 'grafana', 'cloudevents', 'sensorthings', 'chirpstack', 'thingsstack', 'mapping'] as const;
export type Wire = (typeof WIRES)[number];

/** What a point can watch: `domain.device_checks.BY_ROW`. */
export const OBSERVED = ['fire', 'smoke', 'heat', 'gas', 'co', 'water', 'intrusion', 'perimeter', 'motion', 'panic', 'duress', 'medical', 'fall', 'tamper', 'video_loss', 'environment', 'it', 'input', 'arming', 'fault', 'battery', 'power', 'storage', 'network', 'clock', 'security', 'test'] as const;
export const SWITCHES = ['motion', 'sound', 'line', 'baggage', 'parking', 'fall', 'post'] as const;
export const UNITS = ['C', 'F', 'K', '%', 'ppm', 'Pa', 'hPa', 'bar', 'V', 'A', 'W', 'lx', 'm', 'mm', 'l', 's'] as const;

export interface Point {
  point: string;
  area: string | null;
  zone: string | null;
  observed: string | null;
  switches: string[];
  inverted: boolean;
  hold_s: number | null;
  above: number | null;
  below: number | null;
  unit: string | null;
}

export interface KnownPoint extends Point {
  zone_name: string | null;
  proved_at: string | null;
}

/** What of a device is typed. */
export interface DeviceFields {
  account_id: string;
  receiver: string;
  wire: Wire;
  address: string;
  name: string;
  interval_s: number | null;
  hold_s: number;
  public_ground: boolean;
  channel_offset: number;
  mapping: string | null;
  host: string | null;
  enabled: boolean;
}

export interface Device extends DeviceFields {
  id: string;
  version: number;
  account: string;
  site: string;
  points: KnownPoint[];
  has_login: boolean;
  unproved: number;
  heard_at: string | null;
  lost_since: string | null;
  faulty_since: string | null;
}

/** A door of the settings at which devices are registered. */
export interface Door {
  name: string;
  type: string;
  listen: string;
  takes_devices: boolean;
  secure: boolean;
}

export interface Secret {
  secret: string;
  path: string;
  recipient: string;
  signing_key: string;
}

export type Amount = 'none' | 'some' | 'many';

export interface Day {
  day: string;
  refused: Amount;
  stripped: Amount;
}

export interface ReadingHeard {
  point: string;
  observed: string;
  state: string;
  target: string | null;
  value: number | null;
  unit: string | null;
  quality: string[];
  became: string | null;
  zone: string | null;
  switch: string | null;
}

export interface DeviceHeard {
  at: string;
  receiver: string;
  wire: Wire;
  /** Null of a stranger, whose `address` is what a new device would need. */
  device_id: string | null;
  address: string | null;
  disposition: string | null;
  heartbeat: boolean;
  reason: string;
  readings: ReadingHeard[];
  dropped: string[];
  dropped_others: number;
}

export interface HeardList {
  items: DeviceHeard[];
  missed: number;
  over: boolean;
}

export interface Tried {
  disposition: string | null;
  reason: string;
  readings: ReadingHeard[];
  flaws: { field: string; value: string; limit: string }[];
}

export interface PublicWarning {
  categories: string[];
  urgency: string;
  severity: string;
  certainty: string;
  begins: string | null;
  ends: string | null;
  signed: boolean;
  /** Corners as latitude and longitude. */
  polygons: [number, number][][];
  circles: { latitude: number; longitude: number; radius_km: number }[];
}
