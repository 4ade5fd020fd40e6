// The kinds that a form offers first: what people ring up about and what staff meet on their rounds, most often first.
// A table and no statistics, so that an operator's hand finds the same kind in the same place every night.

import type { Kind, Method } from './types';

export const LIKELY: Partial<Record<Method, readonly string[]>> = {
  call: [
    'FIRE.STRUCT',
    'MED.UNCONSCIOUS',
    'MED.BREATH',
    'MED.CHESTPAIN',
    'TRF.COLLISION',
    'RES.LIFT',
    'FIRE.SMOKE',
    'PROP.BURGLARY',
    'PERS.DOMESTIC',
    'ENV.GASLEAK',
    'MED.FALL',
    'MED.STROKE',
    'FIRE.VEHICLE',
    'RES.WATER',
    'TECH.WATERLEAK',
  ],
  duty: [
    'PROP.UNSECURED',
    'FIRE.SMOKE',
    'TECH.WATERLEAK',
    'MED.TRAUMA',
    'RES.MAYDAY',
    'FIRE.STRUCT',
    'PROP.BURGLARY',
    'MED.UNCONSCIOUS',
    'PROP.DAMAGE',
    'ENV.GASLEAK',
    'PERS.ASSAULT',
    'TRF.HAZARD',
  ],
};

/** The likely kinds of a way in, then the others in the order of the list, which is by group. None is lost or added. */
export function likelyFirst(kinds: readonly Kind[], method: Method): Kind[] {
  const likely = LIKELY[method] ?? [];
  const first = likely.flatMap((code) => kinds.find((kind) => kind.code === code) ?? []);
  return [...first, ...kinds.filter((kind) => !likely.includes(kind.code))];
}
