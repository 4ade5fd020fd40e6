// What is offered to close an incident, as the centre tells it for its kind, and the digits that choose.

import type { ClosingChoice } from './types';

/** Causes that say nothing by themselves: with them a comment is needed. */
const COMMENTED: ReadonlySet<string> = new Set(['other']);

export function needsComment(cause: string | null): boolean {
  return cause !== null && COMMENTED.has(cause);
}

export function needsCause(choice: ClosingChoice | undefined): boolean {
  return choice?.needs.includes('cause') ?? false;
}

/** What is missing before something can be sent: its name, and where it is given. */
export interface Lack {
  what: string;
  at: string;
}

/** The digit of each way to close; it is the same for every kind, since hands remember digits. */
export function digitsOf(choices: readonly ClosingChoice[]): Record<string, string | null> {
  return Object.fromEntries(choices.map((one) => [one.disposition, one.key]));
}

/**
 * The causes of the closed list in two parts: those likely for a way to close, which are offered at once; and the rest.
 */
export function causesFor(choice: ClosingChoice | undefined, causes: readonly string[]): [string[], string[]] {
  const likely = (choice?.causes ?? []).filter((cause) => causes.includes(cause));
  return [likely, causes.filter((cause) => !likely.includes(cause))];
}

/** The digit key of the n-th choice: 1 to 9, then 0; none beyond. */
export function digitOf(n: number): string | null {
  return n < 9 ? String(n + 1) : n === 9 ? '0' : null;
}

/** The digit that was pressed, or undefined. */
export function digitPressed(event: KeyboardEvent): string | undefined {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return undefined;
  return /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
}

/** The choice that a digit key means, or undefined. */
export function chosenBy<T>(event: KeyboardEvent, choices: readonly T[]): T | undefined {
  const digit = digitPressed(event);
  return digit === undefined ? undefined : choices[(Number(digit) + 9) % 10];
}
