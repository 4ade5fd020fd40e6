// What one page of plans hands to the next: a plan to begin another one with, and one as it is being edited, to be tried.

import type { Plan } from './types';

let copied: Plan | null = null;

export const handed = {
  /** Tried in place of the one that is kept; null: as they are kept. */
  draft: null as Plan | null,
  /** Id of the plan whose draft that is; null: a new one. */
  of: null as string | null,

  copy(plan: Plan): void {
    copied = plan;
  },

  takeCopy(): Plan | null {
    const taken = copied;
    copied = null;
    return taken;
  },
};
