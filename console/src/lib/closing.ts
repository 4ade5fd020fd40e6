// Which causes go with which disposition: of the server's closed list the likely ones first, under the digits.

const LIKELY: Record<string, string[]> = {
  genuine: ['fire', 'break_in', 'intrusion_attempt', 'medical_need', 'fall', 'lift_fault', 'water', 'mains_failure'],
  false_alarm: ['cooking', 'dust_or_steam', 'contractor_works', 'animal', 'equipment_defect', 'user_mistake'],
  user_error: ['user_mistake', 'forgotten_code', 'cooking', 'contractor_works'],
  technical_fault: ['equipment_defect', 'low_battery', 'mains_failure', 'network_failure', 'lift_fault', 'water'],
  test: ['contractor_works', 'user_mistake'],
  weather: ['storm', 'water', 'mains_failure', 'animal'],
  comms_fault: ['network_failure', 'mains_failure', 'equipment_defect', 'low_battery'],
  cancelled: ['user_mistake', 'forgotten_code', 'cooking'],
  no_cause_found: ['unknown'],
};

/** Dispositions that say enough by themselves. */
const NO_CAUSE: ReadonlySet<string> = new Set(['cancelled', 'duplicate', 'passed_on', 'test']);

export function needsCause(disposition: string): boolean {
  return !NO_CAUSE.has(disposition);
}

/** All causes of the closed list, those likely for a disposition in front. */
export function causesFor(disposition: string, causes: readonly string[]): string[] {
  const likely = (LIKELY[disposition] ?? ['unknown']).filter((cause) => causes.includes(cause));
  return [...likely, ...causes.filter((cause) => !likely.includes(cause))];
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
