// Which statuses a crew is offered next: the next steps only, the likeliest first. The centre judges every one. Pure.

import type { UnitStatus } from '../units/types';

const WITH_PATIENTS: ReadonlySet<string> = new Set(['ems', 'care', 'fire']);

const NEXT: Partial<Record<UnitStatus, readonly UnitStatus[]>> = {
  offered: ['accepted', 'refused'],
  accepted: ['en_route', 'on_scene', 'delayed'],
  en_route: ['on_scene', 'staged', 'delayed'],
  staged: ['on_scene', 'delayed'],
  delayed: ['en_route', 'on_scene'],
  on_scene: ['patient_contact', 'available_mobile'],
  patient_contact: ['transporting', 'available_mobile'],
  transporting: ['at_destination', 'delayed'],
  at_destination: ['available_mobile'],
};

const FREE: readonly UnitStatus[] = ['available_station', 'available_mobile', 'out_of_service'];

/** `bound`: it is sent somewhere. In distress nothing is offered: the control room ends that. */
export function stepsFrom(status: UnitStatus, service: string, bound: boolean): readonly UnitStatus[] {
  if (status === 'distress' || status === 'off_duty') return [];
  if (!bound) return FREE.filter((one) => one !== status);
  const next = NEXT[status] ?? [];
  return WITH_PATIENTS.has(service) ? next : next.filter((one) => one !== 'patient_contact');
}

/** Back at the vehicle and free: it leaves the incident. */
export function clears(status: UnitStatus): boolean {
  return status === 'available_mobile' || status === 'available_station';
}
