// The false-alarm record of a site: asked for once per site while it is shown.

import type { Api } from '../api';
import type { AccountRecord } from './types';

export class RecordOf {
  record = $state.raw<AccountRecord | null>(null);
  private of: string | null = null;

  constructor(private readonly api: Api) {}

  /** Shows the record of a site, or of none. Where it cannot be had nothing is shown: nobody waits for it. */
  async look(account: string | null): Promise<void> {
    if (account === this.of) return;
    this.of = account;
    this.record = null;
    if (account === null) return;
    try {
      const found = await this.api.get<AccountRecord>(`/accounts/${encodeURIComponent(account)}/record`);
      if (this.of === account) this.record = found;
    } catch {
      if (this.of === account) this.of = null; // asked again with the next look
    }
  }
}

/** How many months a record spans. */
export function monthsOf(record: AccountRecord): number {
  return record.months.length;
}
