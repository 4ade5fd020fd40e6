// Zones and areas of a site, found by what a panel sends: `7` on one wire is `007` on another. Pure.

import type { Area, SiteFile, Zone } from './types';

type Parts = Pick<SiteFile, 'areas' | 'zones'>;

/** A number without leading zeros; null where it says nothing. */
export function plain(number: string | null): string | null {
  return number?.replace(/^0+/, '') || null;
}

export function areaOf(site: Parts, number: string | null): Area | null {
  const wanted = plain(number);
  return (wanted !== null && site.areas.find((one) => plain(one.number) === wanted)) || null;
}

/** The zone of a number in an area; else the one of whatever area; where no area is named, the only one. */
export function zoneOf(site: Parts, area: string | null, number: string | null): Zone | null {
  const wanted = plain(number);
  if (wanted === null) return null;
  const where = plain(area);
  const same = site.zones.filter((one) => plain(one.number) === wanted);
  const exact = same.find((one) => plain(one.area) === where) ?? same.find((one) => one.area === null);
  return exact ?? (where === null && same.length === 1 ? (same[0] as Zone) : null);
}
