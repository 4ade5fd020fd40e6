// Time as an argument: tests turn it by hand.

export interface Timers {
  /** Milliseconds since 1970, by this machine's clock. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Call `tick` every so often until the returned function is called. */
  every(ms: number, tick: () => void): () => void;
}

interface Due {
  at: number;
  every: number | null;
  wake: () => void;
}

/** Timers that beat with a worker, since those of a hidden page are slowed down; four beats a second are enough. */
class BeatTimers implements Timers {
  private readonly due = new Set<Due>();
  private worker: Worker | null = null;

  now(): number {
    return Date.now();
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.add({ at: Date.now() + ms, every: null, wake }));
  }

  every(ms: number, tick: () => void): () => void {
    const one: Due = { at: Date.now() + ms, every: ms, wake: tick };
    this.add(one);
    return () => this.due.delete(one);
  }

  private add(one: Due): void {
    this.due.add(one);
    if (this.worker) return;
    this.worker = new Worker(new URL('./ticker.ts', import.meta.url), { type: 'module' });
    this.worker.onmessage = () => this.beat();
    this.worker.onerror = () => setInterval(() => this.beat(), 250); // slowed down in a hidden page, but alive
  }

  private beat(): void {
    const now = Date.now();
    for (const one of this.due) {
      if (one.at > now) continue;
      if (one.every === null) this.due.delete(one);
      else one.at = now + one.every;
      one.wake();
    }
  }
}

export const timers: Timers = new BeatTimers();
