// The patterns that an operator learns to tell apart with the eyes closed: rhythm differs, not pitch alone.

import type { Tone } from './bell';

export interface Note {
  /** Hertz. */
  pitch: number;
  /** Hertz at its end, where it glides. */
  to?: number;
  /** Seconds after the beginning of the pattern. */
  at: number;
  /** Seconds. */
  lasts: number;
}

export interface Pattern {
  wave: OscillatorType;
  /** 0 to 1, before the volume. */
  gain: number;
  notes: readonly Note[];
}

function beats(count: number, every: number, lasts: number, ...pitches: number[]): Note[] {
  return Array.from({ length: count }, (_, n) => ({
    pitch: pitches[n % pitches.length] as number,
    at: n * every,
    lasts,
  }));
}

export const PATTERNS: Record<Tone | 'scream' | 'test', Pattern> = {
  fire: { wave: 'square', gain: 0.5, notes: beats(8, 0.16, 0.15, 960, 770) },
  medical: { wave: 'triangle', gain: 0.9, notes: [...beats(3, 0.18, 0.14, 1047), { pitch: 1397, at: 0.6, lasts: 0.4 }] },
  person: {
    wave: 'sawtooth',
    gain: 0.5,
    notes: [0, 0.42, 0.84].map((at) => ({ pitch: 520, to: 1040, at, lasts: 0.34 })),
  },
  property: { wave: 'triangle', gain: 0.9, notes: beats(4, 0.26, 0.22, 784, 523) },
  technical: { wave: 'sine', gain: 0.8, notes: beats(2, 0.24, 0.14, 587) },
  admin: { wave: 'sine', gain: 0.6, notes: beats(1, 1, 0.18, 440) },
  silent: { wave: 'sine', gain: 0.28, notes: beats(2, 0.5, 0.3, 247, 208) },
  test: { wave: 'triangle', gain: 0.9, notes: beats(4, 0.22, 0.2, 523, 659, 784, 1047) },
  scream: { wave: 'sawtooth', gain: 0.7, notes: beats(6, 0.25, 0.24, 1400, 620) },
};

/** Seconds until the last note has ended. */
export function lengthOf(pattern: Pattern): number {
  return Math.max(...pattern.notes.map((note) => note.at + note.lasts));
}
