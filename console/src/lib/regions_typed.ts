// What somebody typed on the page of holidays and districts and has not saved: it is there again when he comes back to
// the page, until it is saved, thrown away, or the page is loaded anew.

import type { Agency } from './site/types';

/** An agency with its border as it is typed; `key` tells rows apart, since a new one has no id. */
export interface DistrictDraft extends Omit<Agency, 'polygon'> {
  key: number;
  border: string;
}

interface Typed {
  calendar?: { chosen: string; name: string; text: string; mark: string };
  districts?: { drafts: DistrictDraft[]; mark: string };
}

let whose = '';
let typed: Typed = {};

/** Of this user; what another one left is gone. */
export function typedBy(user: string): Typed {
  if (whose !== user) [whose, typed] = [user, {}];
  return typed;
}
