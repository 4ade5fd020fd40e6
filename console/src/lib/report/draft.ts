// A duty report on its way: what of it is asked of the centre next, and what an answer means for it. Pure, so that a
// phone that dies in between goes on where it was: the report under one key, then its picture under another of it.

import type { Kind } from '../types';

export interface Draft {
  /** Names the report on the wire: `Idempotency-Key`. */
  key: string;
  /** Whose it is: a phone that somebody else signs in on sends nothing of his. */
  user: string;
  /** When it was said, milliseconds. */
  at: number;
  kind: string;
  place: Record<string, unknown>;
  note: string;
  picture: Blob | null;
  /** What the centre calls it, once it is kept there. */
  signal: string | null;
  /** No report, but a picture for this incident, from its crew. */
  incident?: string;
  /** Why the centre did not take it, in its words; it is not sent again. */
  refused: string | null;
}

export interface Asked {
  path: string;
  key: string;
  json: Record<string, unknown> | null;
  blob: Blob | null;
}

/** Older than this nothing is sent: what was seen then is not what is there now. */
export const KEPT_MS = 12 * 3_600_000;

/** What is to be sent next; null: nothing is left. */
export function next(draft: Draft): Asked | null {
  if (draft.refused !== null) return null;
  if (draft.incident !== undefined) {
    return draft.picture && { path: `/incidents/${encodeURIComponent(draft.incident)}/pictures`, key: draft.key, json: null, blob: draft.picture };
  }
  if (draft.signal === null) {
    const words = draft.note.trim() === '' ? {} : { note: draft.note.trim() };
    const json = { kind: draft.kind, place: draft.place, ...words, occurred_at: new Date(draft.at).toISOString() };
    return { path: '/reports', key: draft.key, json, blob: null };
  }
  if (draft.picture === null) return null;
  return { path: `/reports/${draft.signal}/pictures`, key: `${draft.key}-p`, json: null, blob: draft.picture };
}

/** After an answer: what is kept of the draft. */
export function answered(draft: Draft, answer: { signal?: string }): Draft {
  if (draft.signal === null && draft.incident === undefined) return { ...draft, signal: answer.signal ?? null };
  return { ...draft, picture: null };
}

/** The centre will not take it as it is. A report that is kept loses only its picture. */
export function refused(draft: Draft, why: string): Draft {
  return { ...draft, picture: draft.signal === null && draft.incident === undefined ? draft.picture : null, refused: why };
}

/** Whether pictures may go with a kind: of what is about a person none is taken. */
export function takesPictures(kind: string): boolean {
  return !/^(MED|PERS)(\.|$)/.test(kind);
}

// -- which kinds are offered first -----------------------------------------------------------------------------------

const OF_SERVICE: Record<string, readonly string[]> = {
  fire: ['FIRE.STRUCT', 'FIRE.SMOKE', 'TRF.COLLISION', 'FIRE.VEHICLE', 'ENV.GASLEAK', 'RES.TRAPPED'],
  ems: ['MED.UNCONSCIOUS', 'MED.TRAUMA', 'MED.FALL', 'TRF.COLLISION.INJ', 'MED.MCI'],
  care: ['MED.FALL', 'MED.UNCONSCIOUS', 'MED.BREATH', 'MED.WELFARE'],
  guard: ['PROP.UNSECURED', 'FIRE.SMOKE', 'TECH.WATERLEAK', 'PROP.BURGLARY', 'PROP.DAMAGE'],
  police: ['TRF.COLLISION', 'PERS.ASSAULT', 'PROP.BURGLARY', 'TRF.HAZARD', 'FIRE.SMOKE'],
  service: ['ENV.GASLEAK', 'TECH.ELECHAZ', 'TECH.WATERLEAK', 'TECH.UTILITY'],
  lift: ['RES.LIFT', 'TECH.ELECHAZ'],
  keyholder: ['PROP.UNSECURED', 'PROP.BURGLARY', 'TECH.WATERLEAK'],
};
const AT_NIGHT: readonly string[] = ['PROP.UNSECURED', 'PROP.BURGLARY', 'FIRE.SMOKE'];

/** How often each kind was reported from this phone; nobody else knows. */
export type History = Readonly<Record<string, number>>;

/** The kinds that may be reported, the likeliest first: what this phone reported before, then what the unit's service
 * meets, at night what shows at night. None is lost or added. */
export function likeliest(kinds: readonly Kind[], service: string | null, hour: number, history: History): Kind[] {
  const night = hour >= 21 || hour < 6 ? AT_NIGHT : [];
  const listed = [...(service === null ? [] : (OF_SERVICE[service] ?? [])), ...night];
  const rank = (kind: Kind): number => {
    const at = listed.indexOf(kind.code);
    return (history[kind.code] ?? 0) * 10 + (at < 0 ? 0 : Math.max(1, 9 - at));
  };
  return kinds
    .map((kind, n) => ({ kind, n, rank: rank(kind) }))
    .sort((one, other) => other.rank - one.rank || one.n - other.n)
    .map(({ kind }) => kind);
}

export function counted(history: History, kind: string): History {
  return { ...history, [kind]: Math.min(9, (history[kind] ?? 0) + 1) };
}

/** What a check point's plate says: typed, or read from a tag or a square code, which may hold an address. */
export function codeOf(text: string): string {
  const said = text.trim();
  const inAddress = /[?&]code=([^&#\s]+)/.exec(said)?.[1];
  return (inAddress === undefined ? said.replace(/^belfry:/i, '') : decodeURIComponent(inAddress)).slice(0, 40);
}
