// The list of what is over, page by page. It is asked for by hazard, site and day, and by nothing that anybody said.

import { ApiError, type Api } from './api';
import { t } from './i18n.svelte';
import { dayEnd, dayStart } from './time';
import type { ArchivedIncident, Page } from './types';

const SHOWN = '50';

export class ClosedList {
  items = $state.raw<ArchivedIncident[]>([]);
  next = $state<string | null>(null);
  at = $state(0);
  group = $state('');
  /** Days of this desk, as a date field gives them: `2026-03-14`, or nothing. */
  from = $state('');
  to = $state('');
  siteName = $state<string | null>(null);
  loaded = $state(false);
  busy = $state(false);
  failed = $state<string | null>(null);
  readonly chosen = $derived(this.items[this.at] ?? null);
  private asked = 0;

  constructor(
    private readonly api: Api,
    private readonly site: string | null,
  ) {
    if (site) void this.name(site);
  }

  /** From the newest on. */
  async look(): Promise<void> {
    await this.ask(null);
  }

  async more(): Promise<void> {
    if (this.next !== null && !this.busy) await this.ask(this.next);
  }

  private async ask(after: string | null): Promise<void> {
    const turn = ++this.asked;
    this.busy = true;
    try {
      const page = await this.api.get<Page<ArchivedIncident>>('/archive/incidents', this.query(after));
      if (turn !== this.asked) return; // somebody asked for something else meanwhile
      this.items = after === null ? page.items : [...this.items, ...page.items];
      this.next = page.next;
      if (after === null) this.at = 0;
      this.failed = null;
      this.loaded = true;
    } catch (error) {
      if (turn === this.asked) this.failed = error instanceof ApiError ? error.message : t('said.unreachable');
    } finally {
      if (turn === this.asked) this.busy = false;
    }
  }

  private query(after: string | null): Record<string, string> {
    const query: Record<string, string> = { limit: SHOWN };
    if (after !== null) query.after = after;
    if (this.site) query.account = this.site;
    if (this.group) query.kind = this.group;
    const since = dayStart(this.from);
    const until = dayEnd(this.to);
    if (since) query.since = since;
    if (until) query.until = until;
    return query;
  }

  private async name(site: string): Promise<void> {
    try {
      const { account } = await this.api.get<{ account: { name: string; account: string } }>(`/accounts/${encodeURIComponent(site)}`);
      this.siteName = account.name || account.account;
    } catch {
      this.siteName = t('site.unknown');
    }
  }
}
