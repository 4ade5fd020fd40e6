// What dials a number: the device's own telephone, or the address that the centre's settings name for it.

let template: string | null = null;

/** Dial with an address that has `{number}` in it; null: by the device. */
export function dialWith(url: string | null): void {
  template = url;
}

/** The link for a number. Digits, and the signs that mean something to a telephone, are what is dialled. */
export function dialLink(number: string, url: string | null = template): string {
  const dialled = number.replace(/[^0-9+*#,;]/g, '');
  return url === null ? `tel:${dialled}` : url.replace('{number}', encodeURIComponent(dialled));
}

/** Whether a link dials by a page: that opens beside the console, never in its place. */
export function opensBeside(href: string, url: string | null = template): boolean {
  const before = url?.split('{number}')[0] ?? '';
  return /^https?:/i.test(before) && href.startsWith(before);
}

/** Every telephone link of the console is one of a page that dials: it opens beside. */
export function openBeside(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const href = link?.getAttribute('href') ?? '';
  if (!link || !opensBeside(href)) return;
  event.preventDefault();
  window.open(href, '_blank', 'noopener,noreferrer');
}
