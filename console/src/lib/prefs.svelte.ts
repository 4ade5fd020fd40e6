// What this browser remembers of its operator's wishes. Where storage is refused, they last as long as the page.

import type { Loudness } from './sound';

export type Theme = 'auto' | 'light' | 'dark';
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

function read<T>(name: string, fallback: T): T {
  try {
    const kept = localStorage.getItem(`belfry.${name}`);
    return kept === null ? fallback : (JSON.parse(kept) as T);
  } catch {
    return fallback;
  }
}

function keep(name: string, value: unknown): void {
  try {
    localStorage.setItem(`belfry.${name}`, JSON.stringify(value));
  } catch {
    // private window or storage switched off
  }
}

export function asLanguage(tag: string): Language | null {
  const short = tag.slice(0, 2).toLowerCase();
  return LANGUAGES.find((one) => one === short) ?? null;
}

class Prefs {
  theme = $state<Theme>(read('theme', 'auto'));
  chosen = $state<Language | null>(read('language', null));
  loudness = $state.raw<Loudness>(read('loudness', { volume: 0.8, muted: false }));
  private readonly browsers = (globalThis.navigator?.languages ?? []).map(asLanguage).find((one) => one !== null) ?? null;
  private offered = $state<Language>(this.browsers ?? 'en');

  /** The operator's choice, else that of the session, else the browser's. */
  get language(): Language {
    return this.chosen ?? this.offered;
  }

  /** What to ask the server for; null leaves it to the centre's own. */
  get asked(): Language | null {
    return this.chosen ?? this.browsers;
  }

  offer(tag: string): void {
    this.offered = asLanguage(tag) ?? this.offered;
  }

  setTheme(theme: Theme): void {
    keep('theme', (this.theme = theme));
    this.apply();
  }

  setLanguage(language: Language): void {
    keep('language', (this.chosen = language));
    this.apply();
  }

  setLoudness(loudness: Loudness): void {
    keep('loudness', (this.loudness = loudness));
  }

  /** Write theme and language on the page itself. */
  apply(): void {
    const root = document.documentElement;
    root.lang = this.language;
    if (this.theme === 'auto') delete root.dataset.theme;
    else root.dataset.theme = this.theme;
  }
}

export const prefs = new Prefs();
