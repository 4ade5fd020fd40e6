// Whether one is handed incidents, and what happens when one is: it opens by itself, unless something is being written.

import type { Api } from './api';
import { app } from './app.svelte';
import { t } from './i18n.svelte';
import { kinds } from './kinds.svelte';
import type { Connection } from './stream';
import { isForgotten, type Duty } from './together';

export class Duties {
  /** Null: this centre hands nothing out. */
  mine = $state.raw<Duty | null>(null);
  busy = $state(false);
  /** When the centre was last heard of before the line broke; null: it is whole. */
  private brokeAt: number | null = null;

  constructor(
    private readonly api: Api,
    private readonly say: (text: string, urgent?: boolean) => void,
  ) {}

  /** How the line is: what is told after a gap may come from a centre that was restarted. */
  line(connection: Connection): void {
    if (connection.state === 'connected') this.brokeAt = null;
    else this.brokeAt ??= connection.heardAt;
  }

  hear(duty: Duty): void {
    const before = this.mine;
    this.mine = duty;
    if (this.brokeAt !== null && isForgotten(before, duty, Date.now() - this.brokeAt)) {
      this.brokeAt = null;
      void this.ask('ready').then(() => this.mine?.duty === 'ready' && this.say(t('duty.again'), true));
    }
    if (duty.why && duty.why !== before?.why) this.say(t(`duty.paused.${duty.why}`), true);
    if (duty.handed && before && duty.handed !== before.handed) void this.open(duty.handed);
  }

  /** One key: ready, or a break. */
  toggle(): Promise<void> {
    return this.ask(this.mine?.duty === 'ready' ? 'pause' : 'ready');
  }

  async ask(what: 'ready' | 'pause' | 'by-hand'): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      this.hear(await this.api.post<Duty>(`/desk/${what}`));
    } catch (error) {
      this.say(error instanceof Error ? error.message : String(error), true);
    } finally {
      this.busy = false;
    }
  }

  private async open(id: string): Promise<void> {
    const { desk, handling } = app;
    if (!desk || !handling) return;
    if (!isWriting()) {
      app.go('desk');
      await handling.open(id);
    }
    const row = desk.queue.get(id) ?? handling.detail;
    if (row) this.say(t('duty.handed', { number: `#${row.number}`, label: kinds.label(row) }), true);
  }
}

/** Somebody is in the middle of a sentence: nothing may take it away. */
function isWriting(): boolean {
  const field = document.activeElement;
  return (field instanceof HTMLTextAreaElement || (field instanceof HTMLInputElement && field.type !== 'checkbox')) && field.value !== '';
}
