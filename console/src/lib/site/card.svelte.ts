// The card of one site, read anew now and then while it is looked at.

import { ApiError } from '../api';
import { app } from '../app.svelte';
import { t } from '../i18n.svelte';
import { timers } from '../timers';
import type { Card } from './types';

const READ_EVERY_MS = 15_000;

/** What of a site is on test now, and the test modes of its own panel, which mute nothing. */
export interface TestsOf {
  tests: { id: string; until: string; scope: { reach: string } }[];
  panel: { code: string; said: string | null; since: string }[];
}

export class CardOf {
  card = $state.raw<Card | null>(null);
  tests = $state.raw<TestsOf | null>(null);
  failed = $state<string | null>(null);
  /** There is none, or it is another tenant's. */
  none = $state(false);

  constructor(readonly id: string) {}

  /** Read it now and from time to time; returns the way to stop. */
  follow(): () => void {
    void this.read();
    return timers.every(READ_EVERY_MS, () => void this.read());
  }

  async read(): Promise<void> {
    const path = `/accounts/${encodeURIComponent(this.id)}`;
    try {
      this.card = await app.api.get<Card>(path);
      this.failed = null;
    } catch (error) {
      this.none = error instanceof ApiError && error.status === 404;
      this.failed = error instanceof ApiError ? error.message : t('said.unreachable');
      return;
    }
    try {
      this.tests = await app.api.get<TestsOf>(`${path}/tests`);
    } catch {
      // not everybody may know of tests; what was known before stays
    }
  }
}
