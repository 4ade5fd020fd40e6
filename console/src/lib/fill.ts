// Fills a sentence of the catalogue. Apart from `i18n` so that it can be tested without a page.

import type { Message } from '../messages/en';

const rules = new Map<string, Intl.PluralRules>();

export function fill(message: Message, params: Record<string, string | number>, language: string): string {
  let text: string;
  if (typeof message === 'string') {
    text = message;
  } else {
    const rule = rules.get(language) ?? new Intl.PluralRules(language);
    rules.set(language, rule);
    text = rule.select(Number(params.n)) === 'one' ? (message.one ?? message.other) : message.other;
  }
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : typeof value === 'number' ? value.toLocaleString(language) : value;
  });
}
