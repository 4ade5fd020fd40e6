// Which part of a long list is worth drawing. A timeline may have twenty thousand items, a screen shows thirty.

export interface Part {
  from: number;
  /** Exclusive. */
  to: number;
  /** Height of what is left out before and after, in pixels. */
  before: number;
  after: number;
}

/** Items that touch the view and `spare` pixels around it. `heights` holds one height an item, in pixels. */
export function partOf(heights: readonly number[], top: number, view: number, spare = 400): Part {
  let y = 0;
  let from = 0;
  while (from < heights.length && y + (heights[from] as number) < top - spare) y += heights[from++] as number;
  const before = y;
  let to = from;
  while (to < heights.length && y < top + view + spare) y += heights[to++] as number;
  let after = 0;
  for (let n = to; n < heights.length; n++) after += heights[n] as number;
  return { from, to, before, after };
}
