// Finding a site: asked as one types, the newest question alone is answered.

import { ApiError } from '../api';
import { app } from '../app.svelte';
import { t } from '../i18n.svelte';
import type { Account, Page } from '../types';

const ASKED_AFTER_MS = 120;
const SHOWN = '50';

class Search {
  text = $state('');
  items = $state.raw<Account[]>([]);
  /** There are more than are shown. */
  more = $state(false);
  /** What `items` answers to; null before the first answer. */
  answered = $state<string | null>(null);
  failed = $state<string | null>(null);
  at = $state(0);
  private waits: ReturnType<typeof setTimeout> | undefined;

  typed(): void {
    clearTimeout(this.waits);
    this.waits = setTimeout(() => void this.ask(), ASKED_AFTER_MS);
  }

  /** Ask at once. */
  async ask(): Promise<void> {
    clearTimeout(this.waits);
    const asked = this.text.trim();
    try {
      const page = await app.api.get<Page<Account>>('/accounts', { search: asked, limit: SHOWN });
      if (asked !== this.text.trim()) return;
      this.items = page.items;
      this.more = page.next !== null;
      if (asked !== this.answered) this.at = 0;
      this.answered = asked;
      this.failed = null;
    } catch (error) {
      if (asked === this.text.trim()) this.failed = error instanceof ApiError ? error.message : t('said.unreachable');
    }
  }

  move(step: number): void {
    this.at = Math.max(0, Math.min(this.items.length - 1, this.at + step));
  }
}

export const search = new Search();
