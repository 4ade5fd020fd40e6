// What people type for a status: the words of the four languages, the short ones of the trade, the digits of the radio
// (FMS). All are compared without case, accents, blanks and hyphens.

import type { UnitStatus } from '../units/types';

/** Letters and digits alone, lower case, without accents: `On scene` is `onscene`, `É` is `e`. */
export function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/ß/g, 'ss')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** Statuses that somebody can say; the others follow from sending, calling back and signing off. */
export const SAYABLE = [
  'accepted',
  'refused',
  'en_route',
  'staged',
  'on_scene',
  'patient_contact',
  'transporting',
  'at_destination',
  'delayed',
  'available_mobile',
  'available_station',
  'standing_by',
  'on_call',
  'out_of_service',
  'distress',
] as const satisfies readonly UnitStatus[];

export type Sayable = (typeof SAYABLE)[number];

const WORDS: Record<Sayable, string> = {
  accepted: 'accepted|accept|ok|Einsatz übernommen|übernommen|Mission acceptée|acceptée|Aceptado',
  refused: 'refused|refuse|Einsatz abgelehnt|abgelehnt|Mission refusée|refusée|Rechazado',
  en_route: 'en route|enr|er|rolling|Auf Anfahrt|Anfahrt|unterwegs|En camino|camino',
  staged: 'staged|staging|Im Bereitstellungsraum|Bereitstellung|En point de transit|transit|En zona de espera|espera',
  on_scene: 'on scene|scene|os|arrived|Am Einsatzort|Einsatzort|vor Ort|Ort|an|Sur les lieux|lieux|sur place|En el lugar|lugar',
  patient_contact: 'with the patient|patient contact|patient|pc|Beim Patienten|Auprès du patient|Con el paciente|paciente',
  transporting: 'transporting|transport|tr|Patient aufgenommen|aufgenommen|En transport|En traslado|traslado',
  at_destination: 'at the destination|at destination|destination|dest|Am Transportziel|Transportziel|Ziel|Arrivé à destination|En destino|destino',
  delayed: 'delayed|late|Verzögert|Retardé|Retrasado',
  available_mobile: 'available on the move|available mobile|available|avail|av|free|clear|Einsatzbereit unterwegs|frei|Disponible en mouvement|Disponible en movimiento|Disponible|libre',
  available_station: 'available at the station|available station|station|base|Einsatzbereit auf der Wache|Wache|Disponible au poste|poste|Disponible en la base',
  standing_by: 'standing by|stand by|sb|In Gebietsabsicherung|Gebietsabsicherung|En couverture|couverture|En cobertura|cobertura',
  on_call: 'on call|In Bereitschaft|Bereitschaft|D’astreinte|astreinte|De guardia localizada|localizada',
  out_of_service: 'out of service|oos|Nicht einsatzbereit|Indisponible|No disponible',
  distress: 'distress|mayday|Notlage|Détresse|Emergencia propia|Notruf',
};

/** The digits of the German radio status; 5 and 9 ask to speak, and say nothing of what a unit does. */
export const FMS: Readonly<Record<string, Sayable>> = {
  '0': 'distress',
  '1': 'available_mobile',
  '2': 'available_station',
  '3': 'en_route',
  '4': 'on_scene',
  '6': 'out_of_service',
  '7': 'transporting',
  '8': 'at_destination',
};

/** Every word for it, those of the languages among them. */
export function wordsOf(status: Sayable): string[] {
  return [status, ...WORDS[status].split('|')].map(plain);
}

const BY_WORD: ReadonlyMap<string, Sayable> = new Map(SAYABLE.flatMap((one) => wordsOf(one).map((said) => [said, one] as const)));

/** The status that a text says, or null. */
export function statusOf(text: string): Sayable | null {
  const said = plain(text);
  return FMS[said] ?? BY_WORD.get(said) ?? null;
}

/** As it is completed: the shortest of its own spelling without blanks. */
export function spelled(status: Sayable): string {
  return plain(status);
}
