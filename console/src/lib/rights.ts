// What each role may ask of the server, as far as the page depends on it. The server has the last word; this keeps the
// page from offering what would be refused, and from screaming for a stream that is not this person's.

import type { Role } from './types';

export type Right = 'queue' | 'act' | 'report' | 'call' | 'silence' | 'on test' | 'sites' | 'edit sites' | 'add sites' | 'import' | 'words' | 'own site' | 'storm' | 'archive' | 'plans' | 'floor' | 'wall' | 'devices' | 'edit devices' | 'mappings' | 'agreements' | 'agree' | 'fleet' | 'edit fleet' | 'rota' | 'on duty' | 'dispatch';

const ROOM: readonly Role[] = ['operator', 'dispatcher', 'supervisor', 'administrator'];

const MAY: Record<Right, readonly Role[]> = {
  queue: [...ROOM, 'responder'],
  act: ROOM,
  report: [...ROOM, 'responder'],
  call: ROOM,
  silence: ROOM,
  'on test': ROOM,
  sites: [...ROOM, 'installer'],
  'edit sites': ROOM,
  'add sites': ['supervisor', 'administrator'],
  import: ['supervisor', 'administrator'],
  words: ['supervisor', 'administrator'],
  'own site': ['holder'],
  storm: ['supervisor', 'administrator'],
  archive: [...ROOM, 'auditor'],
  plans: ['supervisor', 'administrator'],
  floor: ['supervisor', 'administrator'],
  wall: ROOM,
  devices: [...ROOM, 'installer', 'holder'],
  'edit devices': ['supervisor', 'administrator', 'installer'],
  mappings: ['supervisor', 'administrator'],
  agreements: ['supervisor', 'administrator', 'overseer'],
  agree: ['administrator'],
  fleet: ROOM,
  'edit fleet': ['supervisor', 'administrator'],
  rota: [...ROOM, 'responder'],
  'on duty': [...ROOM, 'responder'],
  dispatch: ROOM,
};

export function may(role: Role, right: Right): boolean {
  return MAY[right].includes(role);
}
