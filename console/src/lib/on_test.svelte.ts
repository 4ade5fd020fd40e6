// All that is on test, kept young while somebody of the control room is there.

import { app } from './app.svelte';
import type { GoodCode, Test } from './on_test';
import { may } from './rights';
import { timers } from './timers';
import type { Page } from './types';

const LOOK_EVERY_MS = 5_000;

class OnTest {
  running = $state.raw<Test[]>([]);
  ended = $state.raw<Test[]>([]);
  codes = $state.raw<GoodCode[]>([]);
  failed = $state(false);
  loaded = $state(false);

  /** Look now and then until the returned function is called. */
  follow(): () => void {
    void this.look();
    return timers.every(LOOK_EVERY_MS, () => void this.look());
  }

  async look(ended = false): Promise<void> {
    const { session } = app;
    if (!session || !may(session.user.role, 'on test')) return;
    try {
      this.running = (await app.api.get<Page<Test>>('/tests')).items;
      if (ended) {
        this.ended = (await app.api.get<Page<Test>>('/tests', { state: 'ended' })).items;
        this.codes = (await app.api.get<Page<GoodCode>>('/technician-codes')).items;
      }
      this.failed = false;
      this.loaded = true;
    } catch {
      this.failed = true;
    }
  }

  of(account: string | null): Test[] {
    return account === null ? [] : this.running.filter((test) => test.account_id === account);
  }
}

export const onTest = new OnTest();
