// What the server says where it does not keep something: whole, and by field.

import { ApiError } from '../api';
import { t } from '../i18n.svelte';

export interface Refused {
  words: string;
  flaws: readonly { field: string; limit: string }[];
  /** Somebody else was quicker: read it again. */
  changed: boolean;
}

export function refusedIn(error: unknown): Refused {
  if (!(error instanceof ApiError)) return { words: t('said.unreachable'), flaws: [], changed: false };
  const { problem } = error;
  const changed = error.type === 'belfry:changed';
  const own = problem.field ? [{ field: problem.field, limit: problem.limit ?? problem.title }] : [];
  const first = problem.flaws?.[0];
  const words = first ? t('fleet.wants', { limit: first.limit }) : error.message;
  return { words: changed ? t('fleet.changed') : words, flaws: problem.flaws ?? own, changed };
}
