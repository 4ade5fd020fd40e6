// How a validation score looks: never by its colour alone, its words stand beside it. Pure.

import type { ScoreView } from '../types';

export function looksOf(score: Pick<ScoreView, 'level'>): 'bad' | 'warn' | 'good' | '' {
  if (score.level === null || score.level === 1) return '';
  if (score.level === 0) return 'good';
  return score.level >= 3 ? 'bad' : 'warn';
}
