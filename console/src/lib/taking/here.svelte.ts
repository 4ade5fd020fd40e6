// The calls of this page, whoever asks for them first: the key from anywhere, or their screen.

import { app } from '../app.svelte';
import { Taking } from './taking.svelte';

let made: { api: unknown; taking: Taking } | null = null;

/** One for each sign-in. */
export function taking(): Taking {
  if (made?.api !== app.desk) made = { api: app.desk, taking: new Taking(app.api) };
  return made.taking;
}
