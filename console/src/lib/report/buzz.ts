// A phone that nobody has touched yet may not shake: the browser would only complain.

export function buzz(pattern: number[]): void {
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(pattern);
}
