// Where drafts wait: this browser, a drawer for each user and site. Where storage is refused they last as long as the
// page.

import type { Conflict, Difference, Site } from './draft';
import type { Edited } from './types';

/** What two people changed differently, and which of the two it shall be; null: not decided. */
export type Choice = Conflict & { whose: 'mine' | 'theirs' | null };

/** What somebody else changed since the site was seen. */
export interface Meeting {
  news: Difference[];
  choices: Choice[];
  changes: Edited[];
}

export interface Draft {
  base: Site;
  mine: Site;
  meeting: Meeting | null;
  /** When it was last written to, by this machine's clock. */
  at: number;
}

type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class Drawer {
  private readonly name: string;

  constructor(
    user: string,
    site: string,
    private readonly shelf: Shelf = localStorage,
  ) {
    this.name = `belfry.draft.${encodeURIComponent(user)}.${encodeURIComponent(site)}`;
  }

  read(): Draft | null {
    try {
      const kept = JSON.parse(this.shelf.getItem(this.name) ?? 'null') as Draft | null;
      return kept?.base?.lists && kept.mine?.lists ? kept : null;
    } catch {
      return null;
    }
  }

  write(draft: Draft): void {
    try {
      this.shelf.setItem(this.name, JSON.stringify(draft));
    } catch {
      // private window, or storage is full or switched off
    }
  }

  clear(): void {
    try {
      this.shelf.removeItem(this.name);
    } catch {
      // as above
    }
  }
}
