// A form that raises an alarm: sent under one key until it is kept, so that trying again never raises it twice.

import { ApiError, idempotencyKey } from './api';
import { app } from './app.svelte';
import { t } from './i18n.svelte';

export class Sending {
  busy = $state(false);
  failed = $state<string | null>(null);
  /** Where the journal keeps it. */
  kept = $state<string | null>(null);
  field = $state<string | null>(null);
  private key = idempotencyKey();

  async send(path: '/reports' | '/calls', body: Record<string, unknown>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.failed = this.field = null;
    try {
      const answer = await app.api.post<{ position: string | number }>(path, body, { 'Idempotency-Key': this.key });
      this.kept = String(answer.position);
    } catch (error) {
      const refused = error instanceof ApiError;
      this.failed = refused ? refusal(error) : t('said.unreachable');
      this.field = refused ? (error.field ?? null) : null;
      if (refused) this.key = idempotencyKey(); // not kept as it stands; what is sent next is another form
    }
    this.busy = false;
  }

  again(): void {
    this.kept = this.failed = this.field = null;
    this.key = idempotencyKey();
  }
}

function refusal(error: ApiError): string {
  return error.type === 'belfry:repeat' ? t('form.repeat') : t('form.failed', { why: error.message });
}
