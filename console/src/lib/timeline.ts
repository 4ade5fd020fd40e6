// An incident's story as far as it was read: pages of it laid together, newest first.

import { compare } from './position';
import type { Item, Notice } from './types';

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
  const items = withOutcomes(story.items, page);
  if (fresh.length === 0 && story.items.length > 0) return items === story.items ? story : { ...story, items };
  return {
    items: [...fresh, ...items].sort(newestFirst),
    before: story.items.length > 0 ? story.before : before,
  };
}

/** What came of an escalation is told later than the escalation itself; all other lines never change. */
function withOutcomes(items: Item[], page: readonly Item[]): Item[] {
  const told = new Map(page.filter(isEscalation).map((item) => [keyOf(item), item]));
  const changed = (item: Item) => {
    const now = told.get(keyOf(item));
    return now && JSON.stringify(now.data) !== JSON.stringify(item.data) ? now : item;
  };
  const after = items.map(changed);
  return after.some((item, n) => item !== items[n]) ? after : items;
}

function isEscalation(item: Item): boolean {
  return item.type === 'escalated';
}

/** How long an escalation may be without a notice before it is sure to lead to none. */
const ASKED_WITHIN_MS = 10_000;
const UNDER_WAY = ['asked', 'tried', 'failed'];

/** Whether somebody is just being reached, so that the story will say more without a signal or an act. */
export function isReaching(story: Story, now: number): boolean {
  return story.items.some((item) => {
    if (!isEscalation(item)) return false;
    const notices = (item.data.notices ?? []) as Notice[];
    if (notices.length === 0) return now - Date.parse(item.at) < ASKED_WITHIN_MS;
    return notices.some(({ stage }) => UNDER_WAY.includes(stage));
  });
}

/** Add an older page at the far end. */
export function withOlder(story: Story, page: readonly Item[], before: string | null): Story {
  const known = new Set(story.items.map(keyOf));
  const older = page.filter((item) => !known.has(keyOf(item)));
  return { items: [...story.items, ...older].sort(newestFirst), before };
}
