// Handing a shift over, and practising: what the server says of both, and what runs now.

import { app } from './app.svelte';
import { timers } from './timers';
import type { Row } from './types';

export interface Sheet {
  id: string;
  by: string;
  at: string;
  since: string;
  counts: Record<string, number>;
  words: string | null;
  signed_by: string | null;
  signed_at: string | null;
  signed_words: string | null;
}

export interface Handover {
  now: string;
  since: string;
  sheet: Sheet | null;
  counts: Record<string, number>;
  held: Row[];
  open: Row[];
  more: number;
  tests: { id: string; account_id: string; account: string | null; site: { name: string } | null; until: string }[];
  storms: { id: string; running: boolean; by: string; since: string; until: string; held: number }[];
  follow_ups: Row[];
  skipped: { incident: string; number: number; at: string; by: string; do: string; demanded: boolean }[];
  notices: { id: string; to: string; why: string; at: string; number: number | null }[];
  last: Sheet | null;
}

export interface Exercise {
  id: string;
  scenario: string;
  trainee: string;
  by: string;
  since: string;
  until: string;
  running: boolean;
  ended_at: string | null;
  sent: number;
  signals: number;
}

const LOOK_EVERY_MS = 10_000;

class Shift {
  /** The sheet that waits for this person's signature. */
  waiting = $state.raw<Sheet | null>(null);
  /** Put off until the next log-on, or the next sheet. */
  later = $state<string | null>(null);
  exercises = $state.raw<Exercise[]>([]);
  scenarios = $state.raw<string[]>([]);

  get mine(): Exercise | undefined {
    const me = app.session?.user.name;
    return this.exercises.find((one) => one.running && one.trainee === me);
  }

  /** Whether the sheet that waits is to be shown. */
  get asks(): boolean {
    return this.waiting !== null && this.waiting.id !== this.later;
  }

  async look(): Promise<void> {
    try {
      this.waiting = await app.api.get<Sheet | null>('/handover/waiting');
      const { items, scenarios } = await app.api.get<{ items: Exercise[]; scenarios: string[] }>('/training');
      this.exercises = items;
      this.scenarios = scenarios;
    } catch {
      // the page says itself that the centre does not answer
    }
  }

  /** Look now and again; returns the way to stop. Who has just come is led to the sheet that waits for him. */
  follow(): () => void {
    void this.look().then(() => {
      if (this.asks && app.page === 'desk' && !app.handling?.id) app.go('handover');
    });
    return timers.every(LOOK_EVERY_MS, () => void this.look());
  }
}

export const shift = new Shift();
