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
  return text.replace(/(#?)\{(\w+)\}/g, (whole, mark: string, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    // Behind # stands the number that something is called by: it is typed and spoken as it is, and never parted.
    return mark + (typeof value === 'number' && !mark ? value.toLocaleString(language) : String(value));
  });
}
