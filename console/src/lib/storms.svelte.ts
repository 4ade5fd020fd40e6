// The storms, kept young while somebody of the control room is there: everybody sees that signals are held back.

import { app } from './app.svelte';
import { may } from './rights';
import { timers } from './timers';
import type { Site } from './types';
import { zoneOf } from './words';

const LOOK_EVERY_MS = 5_000;

export const GROUPS = ['power', 'path', 'tamper', 'outdoor', 'technical', 'environment'] as const;
export type StormGroup = (typeof GROUPS)[number];

/** One point that was held back: what it said last. */
export interface Held {
  position: string;
  account_id: string | null;
  account: string | null;
  site: Site | null;
  group: StormGroup;
  kind: string;
  label: string;
  area: string | null;
  zone: string | null;
  zone_name: string | null;
  code: string | null;
  first_at: string;
  at: string;
  count: number;
  now: 'in_trouble' | 'restored' | 'left' | 'told';
}

export interface Storm {
  id: string;
  running: boolean;
  groups: StormGroup[];
  by: string;
  reason: string | null;
  since: string;
  until: string;
  renewed: number;
  held: number;
  signals: number;
  in_trouble: number;
  ended_at: string | null;
  ended_by: string | null;
  how: string | null;
  reviewed_at: string | null;
  reviewed_by: string | null;
  review: string | null;
  items: Held[];
}

export interface Runaway {
  account_id: string | null;
  account: string;
  site: Site | null;
  area: string | null;
  zone: string | null;
  zone_name: string | null;
  code: string | null;
  said: string | null;
  count: number;
  since: string;
  last_at: string;
  incident: string | null;
}

export interface Flood {
  incident: string;
  account_id: string | null;
  account: string | null;
  site: Site | null;
  since: string;
  signals: number;
}

/** Where in its site: as the registry calls it, else by its number. */
export function pointOf({ zone, zone_name }: { zone: string | null; zone_name: string | null }): string {
  return zone_name ?? zoneOf({ zone, area: null });
}

export interface StormList {
  items: Storm[];
  started: number;
}

export interface RunawayList {
  items: Runaway[];
  floods: Flood[];
}

class Storms {
  all = $state.raw<Storm[]>([]);
  started = $state(0);
  failed = $state(false);

  running = $derived(this.all.filter((storm) => storm.running));
  unanswered = $derived(this.all.filter((storm) => !storm.running && storm.reviewed_at === null));

  /** Look now and then until the returned function is called. */
  follow(): () => void {
    void this.look();
    return timers.every(LOOK_EVERY_MS, () => void this.look());
  }

  async look(): Promise<void> {
    const { session } = app;
    if (!session || !may(session.user.role, 'silence')) return;
    try {
      const found = await app.api.get<StormList>('/storms');
      this.all = found.items;
      this.started = found.started;
      this.failed = false;
    } catch {
      this.failed = true;
    }
  }
}

export const storms = new Storms();
