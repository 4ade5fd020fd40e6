// Positions leave the program as opaque text. One journal counts them upwards, so two of them can be compared as
// numbers of any length; what is no number is compared as text of one shape.

const DIGITS = /^\d+$/;

/** Negative where `a` is older than `b`, 0 where they are the same. */
export function compare(a: string, b: string): number {
  if (DIGITS.test(a) && DIGITS.test(b)) {
    const [left, right] = [a.replace(/^0+/, ''), b.replace(/^0+/, '')];
    if (left.length !== right.length) return left.length - right.length;
    return left < right ? -1 : left > right ? 1 : 0;
  }
  return a < b ? -1 : a > b ? 1 : 0;
}
