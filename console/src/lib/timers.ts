// Time as an argument: tests turn it by hand.

export interface Timers {
  /** Milliseconds since 1970, by this machine's clock. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** Call `tick` every so often until the returned function is called. */
  every(ms: number, tick: () => void): () => void;
}

export const timers: Timers = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  every(ms, tick) {
    const id = setInterval(tick, ms);
    return () => clearInterval(id);
  },
};
