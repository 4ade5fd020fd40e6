// Signing out leaves nothing on the phone, and nothing reaches it any more.

import { drafts } from '../report/box.svelte';
import { sayings } from './outgoing';
import { waking } from './waking.svelte';

export async function forgetPhone(): Promise<void> {
  await Promise.all([sayings.clear().catch(() => undefined), drafts.clear().catch(() => undefined), waking.leave()]);
}
