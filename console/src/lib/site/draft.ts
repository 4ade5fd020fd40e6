// What somebody has typed about a site and not yet saved, and how it meets what another saved meanwhile. Pure.
//
// A draft keeps the site as it was seen (`base`) beside how it shall be (`mine`). Where the centre says that it was
// changed, three are compared field by field: what only one of the two changed is his, and what both changed to
// different values is a conflict that the one at the keyboard decides. Nothing that he typed is dropped before.

import type { Sections } from './types';

export const SECTIONS = [
  'account',
  'details',
  'areas',
  'zones',
  'paths',
  'codes',
  'schedules',
  'contacts',
  'agencies',
] as const;
export type Section = (typeof SECTIONS)[number];

export type Fields = Record<string, unknown>;
/** One of a list. `_key` tells it from the others and stays while its fields are edited; it is never sent. */
export type Piece = Fields & { _key: string };

export interface Site {
  version: number;
  account: Fields;
  details: Fields;
  lists: Record<ListName, Piece[]>;
  /** It was read while its premises' numbers were left out: a silent alarm is open there. */
  hidden?: boolean;
}

export type ListName = Exclude<Section, 'account' | 'details'>;
export const LISTS = SECTIONS.filter((name): name is ListName => name !== 'account' && name !== 'details');

/** Of an account, what a card says beside its fields. */
const NOT_FIELDS = new Set(['id', 'keyed', 'quirks']);
/** Told by the centre, changed elsewhere. */
const TOLD = new Set(['id', 'has_word', 'has_duress', 'has_access_code']);

/** A site as it is edited. */
export function siteOf(file: Sections & { version: number }): Site {
  const account = Object.fromEntries(Object.entries(file.account).filter(([name]) => !NOT_FIELDS.has(name)));
  const lists = {} as Site['lists'];
  for (const name of LISTS) {
    lists[name] = file[name].map((piece) => keyed(name, copy(piece) as unknown as Fields));
  }
  lists.contacts = inOrder(lists.contacts);
  return { version: file.version, account, details: copy(file.details) as unknown as Fields, lists };
}

/** Contacts stand in the order in which they are called. */
function inOrder(contacts: readonly Piece[]): Piece[] {
  return [...contacts].sort((a, b) => Number(a.order) - Number(b.order));
}

function keyed(list: ListName, piece: Fields): Piece {
  return { ...piece, _key: naturalKey(list, piece) };
}

/** What tells a piece from the others of its list, as the registry's change rows name it. */
export function naturalKey(list: ListName, piece: Fields): string {
  const text = (name: string) => String(piece[name] ?? '');
  switch (list) {
    case 'areas':
      return text('number');
    case 'zones':
      return `${text('area')}/${text('number')}`;
    case 'paths':
      return text('name');
    case 'codes':
      return `${text('wire')}/${text('code')}/${text('area')}/${text('zone')}`;
    default:
      return text('id');
  }
}

/** The sections that differ, as a PATCH takes them: a list, and details, as a whole; of an account its fields. */
export function patchOf(base: Site, mine: Site): Fields {
  const patch: Fields = { version: base.version };
  const account = Object.entries(mine.account).filter(([name, value]) => !same(value, base.account[name]));
  if (account.length > 0) patch.account = Object.fromEntries(account);
  if (!same(mine.details, base.details)) patch.details = mine.details;
  for (const name of LISTS) {
    if (!same(mine.lists[name], base.lists[name])) patch[name] = mine.lists[name].map(unkeyed);
  }
  return patch;
}

export function changedSections(base: Site, mine: Site): Section[] {
  const patch = patchOf(base, mine);
  return SECTIONS.filter((name) => name in patch);
}

function unkeyed(piece: Piece): Fields {
  const { _key, ...rest } = piece;
  void _key;
  return rest;
}

// -- three of them ----------------------------------------------------------------------------------------------------

/** A difference between two, of one field; `field` null: of the whole piece, which one of them took away or added. */
export interface Difference {
  section: Section;
  /** Of a list: which piece. */
  key: string | null;
  field: string | null;
  /** The piece, to name it by. */
  piece: Fields;
  before: unknown;
  /** Undefined where it was taken away. */
  theirs: unknown;
}

export interface Conflict extends Difference {
  mine: unknown;
}

export interface Merged {
  /** With what is mine wherever both changed. */
  site: Site;
  /** What the other changed. */
  news: Difference[];
  conflicts: Conflict[];
}

/** A site as it is now, for meeting one seen before: numbers that are left out now count as they were. */
export function seenAgain(base: Site, now: Site, silent: boolean): Site {
  if (!silent) return now;
  const hidden = base.hidden ? { hidden: true } : {};
  return { ...now, details: { ...now.details, premises: copy(base.details.premises) }, ...hidden };
}

export function merge(base: Site, mine: Site, theirs: Site): Merged {
  const news: Difference[] = [];
  const conflicts: Conflict[] = [];
  const site: Site = { version: theirs.version, account: {}, details: {}, lists: {} as Site['lists'] };
  const meet = (section: Section, key: string | null, b: Fields, m: Fields, t: Fields): Fields => {
    const out: Fields = {};
    for (const field of new Set([...Object.keys(t), ...Object.keys(m)])) {
      const three = { before: b[field], mine: m[field], theirs: t[field] };
      const his = !same(three.theirs, three.before);
      const own = !same(three.mine, three.before) && !TOLD.has(field);
      out[field] = own ? three.mine : three.theirs;
      if (!his || field === '_key' || TOLD.has(field)) continue;
      const where = { section, key, field, piece: t, before: three.before, theirs: three.theirs };
      if (own && same(three.mine, three.theirs)) continue;
      if (own) conflicts.push({ ...where, mine: three.mine });
      else news.push(where);
    }
    return out;
  };
  site.account = meet('account', null, base.account, mine.account, theirs.account);
  site.details = meet('details', null, base.details, mine.details, theirs.details);
  for (const list of LISTS) {
    site.lists[list] = mergeList(list, base.lists[list], mine.lists[list], theirs.lists[list], news, conflicts, meet);
  }
  site.lists.contacts = inOrder(site.lists.contacts);
  return { site, news, conflicts };
}

type Meet = (section: Section, key: string | null, b: Fields, m: Fields, t: Fields) => Fields;

function mergeList(
  list: ListName,
  base: Piece[],
  mine: Piece[],
  theirs: Piece[],
  news: Difference[],
  conflicts: Conflict[],
  meet: Meet,
): Piece[] {
  const before = byKey(base);
  const his = byKey(theirs);
  const out: Piece[] = [];
  const used = new Set<string>();
  for (const piece of mine) {
    const b = before.get(piece._key);
    // One that both added under the same number is the same piece.
    const key = b || his.has(piece._key) ? piece._key : naturalKey(list, piece) || piece._key;
    const t = his.get(key);
    used.add(key);
    if (t) out.push({ ...meet(list, key, b ?? {}, piece, t), _key: key });
    else if (!b) out.push(piece);
    else {
      const where = { section: list, key, field: null, piece: b, before: b, theirs: undefined };
      if (same(piece, b)) news.push(where);
      else {
        conflicts.push({ ...where, mine: piece });
        out.push(piece);
      }
    }
  }
  theirs.forEach((piece, at) => {
    const b = before.get(piece._key);
    if (used.has(piece._key)) return;
    const where = { section: list, key: piece._key, field: null, piece, before: b, theirs: piece };
    if (b && same(piece, b)) return; // I took it away
    if (b) conflicts.push({ ...where, mine: undefined });
    else {
      news.push(where);
      out.splice(Math.min(at, out.length), 0, piece);
    }
  });
  return out;
}

/** The site with one's value at a conflict, whatever stood there before. */
export function decide(site: Site, conflict: Conflict, whose: 'mine' | 'theirs'): Site {
  const { section, key, field } = conflict;
  const value = conflict[whose];
  const out = copy(site);
  if (section === 'account' || section === 'details') {
    out[section][field as string] = copy(value);
    return out;
  }
  const list = out.lists[section];
  const at = list.findIndex((piece) => piece._key === key);
  if (field !== null) {
    const piece = list[at];
    if (piece) piece[field] = copy(value);
  } else if (value === undefined) {
    if (at >= 0) list.splice(at, 1);
  } else if (at < 0) {
    list.push(copy(value) as Piece);
  } else {
    list[at] = copy(value) as Piece;
  }
  return out;
}

function byKey(pieces: readonly Piece[]): Map<string, Piece> {
  return new Map(pieces.map((piece) => [piece._key, piece]));
}

/** Equal as JSON, whatever the order of the names. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => name in b && same((a as Fields)[name], (b as Fields)[name]));
}

export function copy<T>(value: T): T {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as T);
}
