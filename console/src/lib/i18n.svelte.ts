// Sentences in the operator's language. English comes with the page, the other languages each as a script of their own;
// until one is there, and where it does not come, the sentences are English.

import { en, type Catalogue, type MessageKey } from '../messages/en';
import { fill } from './fill';
import { prefs, type Language } from './prefs.svelte';
import { lengthText } from './time';

const FETCH: Record<Language, () => Promise<Catalogue>> = {
  en: () => Promise.resolve(en),
  de: async () => (await import('../messages/de')).de,
  fr: async () => (await import('../messages/fr')).fr,
  es: async () => (await import('../messages/es')).es,
};

class Spoken {
  private here = $state.raw<Partial<Record<Language, Catalogue>>>({ en });

  of(language: Language): Catalogue {
    return this.here[language] ?? en;
  }

  async want(language: Language): Promise<void> {
    if (this.here[language]) return;
    const catalogue = await FETCH[language]();
    this.here = { ...this.here, [language]: catalogue };
  }
}

const spoken = new Spoken();

/** Fetch the sentences of a language; those that are there already cost nothing. */
export async function speak(language: Language): Promise<void> {
  await spoken.want(language).catch(() => undefined);
}

export type Params = Record<string, string | number>;

export function t(key: MessageKey, params: Params = {}): string {
  return fill(spoken.of(prefs.language)[key], params, prefs.language);
}

/** A word of one of the server's closed lists; one that is newer than this page is shown as it is. */
export function word(list: string, code: string, params: Params = {}): string {
  const key = `${list}.${code}`;
  return key in en ? t(key as MessageKey, params) : code.replaceAll('_', ' ').toLowerCase();
}

/** A length of time with its unit. */
export function length(ms: number): string {
  const { unit, text } = lengthText(ms);
  return t(`unit.${unit}`, { text });
}
