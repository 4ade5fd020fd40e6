// A file of the server's, saved by the browser: in the language of the page, with the session's own right.

import { ApiError, type Api } from './api';
import { t } from './i18n.svelte';

/** Saves it; returns what went wrong, or null. */
export async function save(api: Api, path: string, query: Record<string, string> = {}): Promise<string | null> {
  try {
    const { blob, name } = await api.file(path, query);
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    return null;
  } catch (error) {
    return t('file.failed', { why: error instanceof ApiError ? error.message : t('said.unreachable') });
  }
}
