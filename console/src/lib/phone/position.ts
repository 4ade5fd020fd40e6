// How often a phone says where it is: only on duty, only where its user agreed, no more than sending needs. Pure but
// for `follow`, which asks the browser.

import type { UnitStatus } from '../units/types';

export interface Fix {
  latitude: number;
  longitude: number;
  /** Milliseconds. */
  at: number;
}

export const MOVING_MS = 10_000;
export const MOVING_M = 50;
export const UNDER_WAY_MS = 5_000;
export const UNDER_WAY_M = 25;
export const STANDING_MS = 120_000;

const UNDER_WAY: ReadonlySet<UnitStatus> = new Set(['accepted', 'en_route', 'transporting', 'delayed']);

/** Metres, as on a flat map. */
export function metres(one: Fix, other: Fix): number {
  const north = (one.latitude - other.latitude) * 111_320;
  const east = (one.longitude - other.longitude) * 111_320 * Math.cos((one.latitude * Math.PI) / 180);
  return Math.hypot(north, east);
}

/** Whether a fix is to be said, after the last one that was. */
export function wants(last: Fix | null, fix: Fix, status: UnitStatus): boolean {
  if (last === null) return true;
  const [afterMs, afterM] = UNDER_WAY.has(status) ? [UNDER_WAY_MS, UNDER_WAY_M] : [MOVING_MS, MOVING_M];
  const passed = fix.at - last.at;
  if (passed >= STANDING_MS) return true;
  return passed >= afterMs && metres(last, fix) >= afterM;
}

export type Sight = 'off' | 'asking' | 'on' | 'refused' | 'unknown';

/** Follow the phone until the returned function is called. `status` is asked anew with each fix. */
export function follow(
  status: () => UnitStatus,
  say: (fix: Fix) => Promise<void>,
  told: (sight: Sight) => void,
): () => void {
  if (!('geolocation' in navigator)) {
    told('unknown');
    return () => undefined;
  }
  let last: Fix | null = null;
  let newest: Fix | null = null;
  let busy = false;
  const offer = async (fix: Fix): Promise<void> => {
    newest = fix;
    if (busy || !wants(last, fix, status())) return;
    busy = true;
    try {
      await say(fix);
      last = fix;
    } catch {
      // without a net nothing is kept: an old position helps nobody
    } finally {
      busy = false;
    }
  };
  told('asking');
  const watch = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) => {
      told('on');
      void offer({ latitude: coords.latitude, longitude: coords.longitude, at: timestamp });
    },
    (error) => told(error.code === error.PERMISSION_DENIED ? 'refused' : 'unknown'),
    { enableHighAccuracy: true, maximumAge: UNDER_WAY_MS, timeout: 60_000 },
  );
  // A phone that lies still says nothing by itself; the centre would take it for lost.
  const still = setInterval(() => void (newest && offer({ ...newest, at: Date.now() })), STANDING_MS / 4);
  return () => {
    navigator.geolocation.clearWatch(watch);
    clearInterval(still);
    told('off');
  };
}
