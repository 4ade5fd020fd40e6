// Where a report or a call says it is: a site, a position or words. Empty fields are not sent.

import type { Account } from './types';

type Site = Pick<Account, 'id' | 'account' | 'name' | 'address'>;

export interface PlaceForm {
  how: 'site' | 'position' | 'text';
  site: string;
  latitude: string;
  longitude: string;
  text: string;
}

export function emptyPlace(how: PlaceForm['how']): PlaceForm {
  return { how, site: '', latitude: '', longitude: '', text: '' };
}

/** A site as the list shows it; chosen from there, this stands in the field. */
export function titleOf(site: Site): string {
  return `${site.account} ${site.name}, ${site.address}`;
}

/**
 * The sites that a person may mean who typed this: by id, by the line of the list, by account number, by name. Only
 * whole words count, the first way that finds any decides. One number may stand for a site at each receiver.
 */
export function sitesMeant(typed: string, sites: readonly Site[]): Site[] {
  const said = typed.trim().toLowerCase();
  if (said === '') return [];
  const ways = [(one: Site) => one.id, titleOf, (one: Site) => one.account, (one: Site) => one.name];
  for (const way of ways) {
    const found = sites.filter((one) => way(one).toLowerCase() === said);
    if (found.length > 0) return found;
  }
  return [];
}

/**
 * The body's `place`, or null while the form is not complete. Where the list of sites is not to be had (`null`), what
 * was typed is sent as it stands and the centre says whether it is a site.
 */
export function placeOf(form: PlaceForm, sites: readonly Site[] | null): Record<string, unknown> | null {
  if (form.how === 'site') {
    const typed = form.site.trim();
    if (sites === null) return typed ? { site: typed } : null;
    const [site, another] = sitesMeant(typed, sites);
    return site && !another ? { site: site.id } : null;
  }
  if (form.how === 'text') return form.text.trim() ? { text: form.text.trim() } : null;
  const [latitude, longitude] = [degrees(form.latitude, 90), degrees(form.longitude, 180)];
  return latitude === null || longitude === null ? null : { position: { latitude, longitude } };
}

function degrees(text: string, most: number): number | null {
  const value = text.trim() === '' ? NaN : Number(text.replace(',', '.'));
  return Math.abs(value) <= most ? value : null;
}
