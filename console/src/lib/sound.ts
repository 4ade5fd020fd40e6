// Makes tones heard with Web Audio; no file is loaded. One sound at a time, the most urgent first. A browser keeps a
// page silent until it was touched: `blocked` says so.

import type { Ring, Tone } from './bell';
import { lengthOf, PATTERNS, type Pattern } from './tones';

export interface Loudness {
  /** 0 to 1. */
  volume: number;
  muted: boolean;
}

/** A priority 1, and whatever is late, is never quieter than this, muted or not. */
export const LEAST_FOR_FIRST = 0.5;

export function gainFor(loudness: Loudness, priority: number, late = false): number {
  const wanted = loudness.muted ? 0 : loudness.volume;
  if (late) return priority === 1 ? 1 : Math.max(wanted, LEAST_FOR_FIRST);
  return priority === 1 ? Math.max(wanted, LEAST_FOR_FIRST) : wanted;
}

export class Sound {
  loudness: Loudness = { volume: 0.8, muted: false };
  private context: AudioContext | null = null;
  private waiting: Ring[] = [];
  private playing: { ring: Ring | null; gain: GainNode; ends: number } | null = null;
  private screaming = false;

  constructor(private readonly state: (blocked: boolean) => void) {}

  /** Ask the browser for sound; it answers by `state`. Needs a key or a click at least once. */
  wake(): void {
    if (!this.context) {
      if (typeof AudioContext !== 'function') return this.state(true);
      this.context = new AudioContext({ latencyHint: 'interactive' });
      this.context.onstatechange = () => this.report();
    }
    void this.context.resume().catch(() => undefined);
    this.report();
  }

  get blocked(): boolean {
    return this.context?.state !== 'running';
  }

  ring(rings: readonly Ring[]): void {
    for (const ring of rings) {
      if (!this.waiting.some((one) => one.tone === ring.tone)) this.waiting.push(ring);
    }
    this.waiting.sort((a, b) => a.priority - b.priority);
    this.advance();
  }

  /** Cut short what is sounding for something that was taken meanwhile. */
  hush(answered: ReadonlySet<string>): void {
    this.waiting = this.waiting.filter((ring) => !answered.has(ring.id));
    if (this.playing?.ring && answered.has(this.playing.ring.id)) {
      this.cut();
      this.advance();
    }
  }

  test(): void {
    this.wake();
    this.cut();
    void this.context?.resume().then(() => this.play(PATTERNS.test, Math.max(this.loudness.volume, 0.3), null));
  }

  sample(tone: Tone): void {
    this.wake();
    this.ring([{ tone, priority: 1, id: '' }]);
  }

  /** The list cannot be trusted: full volume until it can, whatever was muted. */
  scream(on: boolean): void {
    if (on === this.screaming) return;
    this.screaming = on;
    this.cut();
    this.advance();
  }

  close(): void {
    this.waiting = [];
    this.screaming = false;
    this.cut();
    void this.context?.close().catch(() => undefined);
    this.context = null;
  }

  private advance(): void {
    if (this.blocked || this.playing) return;
    if (this.screaming) return this.play(PATTERNS.scream, 1, null);
    const ring = this.waiting.shift();
    if (!ring) return;
    const gain = gainFor(this.loudness, ring.priority, ring.late);
    if (gain > 0) this.play(PATTERNS[ring.tone], gain, ring);
    else this.advance();
  }

  private play(pattern: Pattern, volume: number, ring: Ring | null): void {
    const context = this.context;
    if (!context) return;
    const gain = context.createGain();
    gain.gain.value = pattern.gain * volume;
    gain.connect(context.destination);
    const begins = context.currentTime + 0.02;
    for (const note of pattern.notes) {
      const [from, until] = [begins + note.at, begins + note.at + note.lasts];
      const oscillator = new OscillatorNode(context, { type: pattern.wave, frequency: note.pitch });
      if (note.to) oscillator.frequency.linearRampToValueAtTime(note.to, until);
      const edge = new GainNode(context, { gain: 0 }); // a soft edge, since a hard one clicks
      edge.gain.setValueAtTime(0, from);
      edge.gain.linearRampToValueAtTime(1, from + 0.012);
      edge.gain.setValueAtTime(1, until - 0.03);
      edge.gain.linearRampToValueAtTime(0, until);
      oscillator.connect(edge).connect(gain);
      oscillator.start(from);
      oscillator.stop(until);
    }
    const lasts = lengthOf(pattern) + 0.25;
    const mine = (this.playing = { ring, gain, ends: begins + lasts });
    setTimeout(() => {
      if (this.playing !== mine) return;
      this.cut();
      this.advance();
    }, lasts * 1000);
  }

  private cut(): void {
    this.playing?.gain.disconnect();
    this.playing = null;
  }

  private report(): void {
    this.state(this.blocked);
    if (!this.blocked) this.advance();
  }
}
