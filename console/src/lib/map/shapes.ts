// The shape of each priority on a field of 36 by 36: it tells the priority without any colour.

import type { Priority } from '../types';
import type { Doing } from './points';

export const SHAPES: Record<Priority, string> = {
  1: 'M11 2h14l9 9v14l-9 9H11l-9-9V11z', // octagon
  2: 'M18 2l17 31H1z', // triangle
  3: 'M18 1l17 17-17 17L1 18z', // diamond
  4: 'M5 3h26a2 2 0 0 1 2 2v26a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z', // square
  5: 'M18 3a15 15 0 1 0 0 30 15 15 0 0 0 0-30z', // circle
};

/** Where the number stands, measured from above. */
export const BASELINE: Record<Priority, number> = { 1: 25, 2: 29, 3: 25, 4: 25, 5: 25 };

/** The same of what a unit is doing: free, on its way, there, not to be sent, in distress. */
export const UNIT_SHAPES: Record<Doing, string> = {
  free: 'M18 6a12 12 0 1 0 0 24 12 12 0 0 0 0-24z',
  coming: 'M6 5l27 13L6 31l6-13z',
  there: 'M6 6h24v24H6z',
  away: 'M18 6a12 12 0 1 0 0 24 12 12 0 0 0 0-24zm0 5a7 7 0 1 1 0 14 7 7 0 0 1 0-14z',
  distress: 'M18 1l5 11 12 1-9 8 3 13-11-7-11 7 3-13-9-8 12-1z',
};
