// Sentences in the operator's language.

import { de } from '../messages/de';
import { en, type Catalogue, type MessageKey } from '../messages/en';
import { es } from '../messages/es';
import { fr } from '../messages/fr';
import { fill } from './fill';
import { prefs, type Language } from './prefs.svelte';
import { lengthText } from './time';

const CATALOGUES: Record<Language, Catalogue> = { en, de, fr, es };

export type Params = Record<string, string | number>;

export function t(key: MessageKey, params: Params = {}): string {
  return fill(CATALOGUES[prefs.language][key], params, prefs.language);
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
