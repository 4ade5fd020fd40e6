// The sites of the centre, for fields in which one is chosen. Not everybody who reports may read them.

import { ApiError, type Api } from './api';
import type { Account, Page } from './types';

class SiteList {
  /** Null while, or where, they are not to be had. */
  items = $state.raw<Account[] | null>(null);
  refused = $state(false);

  async load(api: Api): Promise<void> {
    this.items = null;
    this.refused = false;
    try {
      const page = await api.get<Page<Account>>('/accounts', { limit: '1000' });
      // Of a list that goes on, what is not found may still exist: then the centre has the word.
      this.items = page.next === null ? page.items : null;
    } catch (error) {
      this.refused = error instanceof ApiError && error.status === 403;
    }
  }
}

export const sites = new SiteList();
