// One handling per site: what else is open at the site of an incident, whose it is, and whether the site is silent.
// What concerns a person and not a site is handled by itself, as the centre has it (`site_handling`).

import { order } from './queue';
import type { Row } from './types';

const OF_PERSONS = ['MED', 'RES.LIFT', 'PERS.LONE'];

/** The site that a row is at; null where it has none. */
/** Somebody called or reported it: such a row never joins by itself, and is offered close by. */
export function toldByPeople(row: Row): boolean {
  return (row.method === 'call' || row.method === 'duty') && row.state !== 'closed' && !row.merged_into;
}

export function siteKey(row: Row): string | null {
  if (row.account_id) return row.account_id;
  return row.account ? `${row.receiver ?? ''}/${row.prefix ?? ''}/${row.account}` : null;
}

/** Whether a row is handled together with what else is open at its site. */
export function together(row: Row): boolean {
  return !OF_PERSONS.some((kind) => row.kind === kind || row.kind.startsWith(`${kind}.`));
}

/** Open rows by their site, for as many as there are. */
export function bySite(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const found = new Map<string, Row[]>();
  for (const row of rows) {
    const key = siteKey(row);
    if (key === null) continue;
    const here = found.get(key);
    if (here) here.push(row);
    else found.set(key, [row]);
  }
  return found;
}

/** What is handled together with a row, itself among it, in the order of the queue. */
export function handledWith(row: Row, here: readonly Row[]): Row[] {
  if (!together(row)) return [row];
  return [row, ...here.filter((one) => one.id !== row.id && one.state !== 'closed' && together(one))].sort(order);
}

/** Who handles what else is open at the site of a row; null: nobody does. */
export function ownerBeside(row: Row, here: readonly Row[]): string | null {
  if (!together(row)) return null;
  return here.find((one) => one.id !== row.id && one.state === 'taken' && together(one))?.taken_by ?? null;
}

/** A silent alarm is open at the site of a row. */
export function isSilent(row: Row, here: readonly Row[]): boolean {
  return row.silent_site || here.some((one) => one.silent && one.state !== 'closed');
}
