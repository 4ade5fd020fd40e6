// An incident's story as far as it was read: pages of it laid together, newest first.

import { compare } from './position';
import type { Item } from './types';

export interface Story {
  /** Newest first. */
  items: Item[];
  /** Where to go on reading backwards, or null at the beginning. */
  before: string | null;
}

export const EMPTY: Story = { items: [], before: null };

export function keyOf(item: Item): string {
  return `${item.position}/${item.index}`;
}

function newestFirst(a: Item, b: Item): number {
  return compare(b.position, a.position) || b.index - a.index;
}

/** Lay the newest page (oldest first, as the server sends it) over what was read. */
export function withNewest(story: Story, page: readonly Item[], before: string | null): Story {
  const known = new Set(story.items.map(keyOf));
  const touches = page.some((item) => known.has(keyOf(item)));
  // More came in than a page holds: the gap between would stay unseen, so reading starts again.
  if (!touches && before !== null) return { items: [...page].sort(newestFirst), before };
  const fresh = page.filter((item) => !known.has(keyOf(item)));
  if (fresh.length === 0 && story.items.length > 0) return story;
  return {
    items: [...fresh, ...story.items].sort(newestFirst),
    before: story.items.length > 0 ? story.before : before,
  };
}

/** Add an older page at the far end. */
export function withOlder(story: Story, page: readonly Item[], before: string | null): Story {
  const known = new Set(story.items.map(keyOf));
  const older = page.filter((item) => !known.has(keyOf(item)));
  return { items: [...story.items, ...older].sort(newestFirst), before };
}
