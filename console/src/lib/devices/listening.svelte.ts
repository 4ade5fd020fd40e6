// Listening while a device is put into service: asks for news again and again until it is over. Nothing is kept.

import { ApiError } from '../api';
import { app } from '../app.svelte';
import { t } from '../i18n.svelte';
import { timers } from '../timers';
import type { DeviceHeard, HeardList } from './types';

const SHOWN_MOST = 100;
const AGAIN_AFTER_MS = 2_000;

export type Heard = DeviceHeard & { n: number };

export class Listener {
  /** The newest first. */
  items = $state.raw<Heard[]>([]);
  state = $state<'off' | 'on' | 'over' | 'ended'>('off');
  until = $state<string | null>(null);
  missed = $state(0);
  failed = $state<string | null>(null);
  private id: string | null = null;
  private count = 0;

  constructor(private readonly news: (items: readonly Heard[]) => void = () => undefined) {}

  async start(of: { device_id: string } | { receiver: string }): Promise<void> {
    if (this.state === 'on') return;
    this.failed = null;
    try {
      const { id, until } = await app.api.post<{ id: string; until: string }>('/devices/listen', of);
      this.until = until;
      this.items = [];
      this.missed = 0;
      this.id = id;
      this.state = 'on';
      void this.follow(id);
    } catch (error) {
      this.failed = error instanceof ApiError ? error.message : t('said.unreachable');
    }
  }

  /** By whoever listens, or because the page is left. */
  stop(): void {
    const { id } = this;
    if (id === null) return;
    this.id = null;
    this.state = 'ended';
    void app.api.delete(`/devices/listen/${id}`).catch(() => undefined);
  }

  private async follow(id: string): Promise<void> {
    while (this.id === id) {
      try {
        const { items, missed, over } = await app.api.get<HeardList>(`/devices/listen/${id}`);
        if (this.id !== id) return;
        this.failed = null;
        this.missed = missed;
        const found = items.map((one) => ({ ...one, n: (this.count += 1) })).reverse();
        if (found.length > 0) this.items = [...found, ...this.items].slice(0, SHOWN_MOST);
        this.news(found);
        if (over) this.end();
      } catch (error) {
        if (this.id !== id) return;
        if (error instanceof ApiError && error.status < 500) this.end();
        else {
          this.failed = t('said.unreachable');
          await timers.sleep(AGAIN_AFTER_MS);
        }
      }
    }
  }

  private end(): void {
    this.id = null;
    this.state = 'over';
  }
}
