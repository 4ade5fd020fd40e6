// The centre's time, ticking once a second. Deadlines are the centre's: a desk with a wrong clock counts right too.

class Now {
  /** Milliseconds since 1970, by the centre's clock. */
  value = $state(Date.now());
  private ahead = 0;

  /** The centre said what time it is. */
  set(centre: string): void {
    const said = Date.parse(centre);
    if (!Number.isNaN(said)) this.ahead = said - Date.now();
    this.value = Date.now() + this.ahead;
  }

  /** An instant of this machine's clock, as the centre would name it. */
  ofHere(ms: number): number {
    return ms + this.ahead;
  }

  start(): () => void {
    let timer = 0;
    const tick = () => {
      this.value = Date.now() + this.ahead;
      timer = window.setTimeout(tick, 1000 - (this.value % 1000));
    };
    tick();
    return () => clearTimeout(timer);
  }
}

export const now = new Now();
