// Signing out leaves nothing on the phone, and nothing reaches it any more.

import { drawer } from '../report/drawer';
import { shelf } from './shelf';
import { waking } from './waking.svelte';

export async function forgetPhone(): Promise<void> {
  await Promise.all([shelf.clear().catch(() => undefined), drawer.clear().catch(() => undefined), waking.leave()]);
}
