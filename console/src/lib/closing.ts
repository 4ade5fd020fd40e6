// Which causes go with which disposition and kind: of the server's closed list the likely ones, under the digits.

const LIKELY: Record<string, string[]> = {
  genuine: [
    ...['fire', 'break_in', 'intrusion_attempt', 'medical_need', 'fall', 'lift_fault', 'water'],
    ...['mains_failure', 'low_battery', 'network_failure', 'equipment_defect'],
  ],
  false_alarm: ['cooking', 'dust_or_steam', 'contractor_works', 'animal', 'equipment_defect', 'user_mistake'],
  user_error: ['user_mistake', 'forgotten_code', 'cooking', 'contractor_works'],
  technical_fault: ['equipment_defect', 'low_battery', 'mains_failure', 'network_failure', 'lift_fault', 'water'],
  test: ['contractor_works', 'user_mistake'],
  weather: ['storm', 'water', 'mains_failure', 'animal'],
  comms_fault: ['network_failure', 'mains_failure', 'equipment_defect', 'low_battery'],
  cancelled: ['user_mistake', 'forgotten_code', 'cooking'],
  no_cause_found: [],
};

/** Dispositions that say enough by themselves. */
const NO_CAUSE: ReadonlySet<string> = new Set(['cancelled', 'duplicate', 'passed_on', 'test']);

export function needsCause(disposition: string): boolean {
  return !NO_CAUSE.has(disposition);
}

/** What is missing before something can be sent: its name, and where it is given. */
export interface Lack {
  what: string;
  at: string;
}

/** What happens to a group of kinds; by the first part of its code. */
const OF_GROUP: Record<string, string[]> = {
  FIRE: ['fire', 'cooking', 'dust_or_steam', 'contractor_works'],
  MED: ['medical_need', 'fall'],
  PERS: ['intrusion_attempt'],
  PROP: ['break_in', 'intrusion_attempt', 'user_mistake', 'forgotten_code', 'animal', 'contractor_works'],
  RES: ['lift_fault', 'water', 'medical_need'],
  ENV: ['storm', 'water', 'dust_or_steam', 'contractor_works'],
  TECH: ['equipment_defect', 'low_battery', 'mains_failure', 'network_failure', 'water', 'contractor_works'],
};

/** What happens to every group. */
const ANYWHERE: ReadonlySet<string> = new Set(['equipment_defect', 'user_mistake', 'storm']);

/** Dispositions that tell more of the cause than the kind does. */
const WHATEVER_GROUP: ReadonlySet<string> = new Set(['technical_fault', 'comms_fault', 'weather']);

/** Offered after the likely ones, always. */
const LAST = ['unknown', 'other'];

/**
 * The causes of the closed list in two parts: those likely for a disposition of a kind of this group, which are offered
 * at once and end with `unknown` and `other`; and the rest.
 */
export function causesFor(disposition: string, group: string, causes: readonly string[]): [string[], string[]] {
  const said = LIKELY[disposition] ?? [];
  const own = OF_GROUP[group.split('.')[0] ?? ''];
  const both = own?.filter((cause) => said.includes(cause)) ?? [];
  const shared = said.filter((cause) => ANYWHERE.has(cause) && !both.includes(cause));
  const fitting = !own || WHATEVER_GROUP.has(disposition) ? said : [...both, ...shared];
  const order = [...(fitting.length > 0 ? fitting : said), ...LAST];
  const likely = [...new Set(order)].filter((cause) => causes.includes(cause));
  return [likely, causes.filter((cause) => !likely.includes(cause))];
}

/** The digit key of the n-th choice: 1 to 9, then 0; none beyond. */
export function digitOf(n: number): string | null {
  return n < 9 ? String(n + 1) : n === 9 ? '0' : null;
}

/** The choice that a digit key means, or undefined. */
export function chosenBy<T>(event: KeyboardEvent, choices: readonly T[]): T | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return undefined;
  const match = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
  if (!match) return undefined;
  return choices[(Number(match[1]) + 9) % 10];
}
