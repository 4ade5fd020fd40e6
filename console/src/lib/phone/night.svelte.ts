// The looks of the phone: as the rest of the console, and one for the night, in dimmed red that leaves the eyes used to
// the dark.

import { prefs } from '../prefs.svelte';

export const LOOKS = ['auto', 'light', 'dark', 'night'] as const;
export type Look = (typeof LOOKS)[number];
const KEPT = 'belfry.night';

class Night {
  private red = $state(kept());

  get look(): Look {
    return this.red ? 'night' : prefs.theme;
  }

  set(look: Look): void {
    this.red = look === 'night';
    try {
      localStorage.setItem(KEPT, this.red ? 'yes' : 'no');
    } catch {
      // for as long as the page lasts
    }
    prefs.setTheme(look === 'night' ? 'dark' : look);
  }
}

function kept(): boolean {
  try {
    return localStorage.getItem(KEPT) === 'yes';
  } catch {
    return false;
  }
}

export const night = new Night();
