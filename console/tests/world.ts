// A centre, a network and a clock that tests turn by hand.
import type { Connect } from '../src/lib/line';
import { SignedOut } from '../src/lib/line';
import { Queue } from '../src/lib/queue';
import { Stream, type Freshness } from '../src/lib/stream';
import type { Tabs, Word } from '../src/lib/tabs';
import type { Timers } from '../src/lib/timers';
import type { Row } from '../src/lib/types';
import { row } from './rows';

export class Time implements Timers {
  private t = 0;
  private sleepers: { at: number; wake: () => void }[] = [];
  private tickers = new Set<{ every: number; next: number; tick: () => void }>();

  now(): number {
    return this.t;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => this.sleepers.push({ at: this.t + ms, wake }));
  }

  every(ms: number, tick: () => void): () => void {
    const one = { every: ms, next: this.t + ms, tick };
    this.tickers.add(one);
    return () => this.tickers.delete(one);
  }

  async pass(ms: number): Promise<void> {
    const end = this.t + ms;
    await settle();
    while (this.t < end) {
      this.t = Math.min(end, this.t + 50);
      for (const one of this.sleepers.filter((sleeper) => sleeper.at <= this.t)) one.wake();
      this.sleepers = this.sleepers.filter((sleeper) => sleeper.at > this.t);
      for (const one of this.tickers) {
        while (one.next <= this.t) {
          one.next += one.every;
          one.tick();
        }
      }
      await settle();
    }
  }
}

async function settle(): Promise<void> {
  for (let n = 0; n < 40; n++) await Promise.resolve();
}

/** Entries by position; the stream replays what is after the last id and goes on live, as the real one does. */
export class Centre {
  position = 0;
  reachable = true;
  signedIn = true;
  /** How far back an id is known; an older one gets a reset. */
  knownSince = 0;
  opened: (string | null)[] = [];
  readonly rows = new Map<string, Row>();
  private readonly entries: { position: number; text: string }[] = [];
  private readonly lines = new Set<Wire>();

  constructor(time: Time) {
    time.every(10_000, () => this.say(`id: ${this.position}\n\n`));
  }

  happens(id: string, more: Partial<Row> = {}): void {
    this.position += 1;
    const now = { ...(this.rows.get(id) ?? row(id)), ...more, updated: String(this.position) };
    this.rows.set(id, now);
    const text = `id: ${this.position}\nevent: incident\ndata: ${JSON.stringify(now)}\n\n`;
    this.entries.push({ position: this.position, text });
    this.say(text);
  }

  readonly connect: Connect = (lastId, signal) => {
    this.opened.push(lastId);
    if (!this.signedIn) return Promise.reject(new SignedOut());
    if (!this.reachable) return Promise.reject(new Error('unreachable'));
    const wire = new Wire();
    this.lines.add(wire);
    signal.addEventListener('abort', () => this.lines.delete(wire) && wire.end());
    if (lastId !== null && Number(lastId) < this.knownSince) wire.say('event: reset\ndata: {}\n\n');
    else if (lastId !== null) {
      for (const entry of this.entries) if (entry.position > Number(lastId)) wire.say(entry.text);
    }
    return Promise.resolve(wire);
  };

  list = (): Promise<Row[]> =>
    this.reachable
      ? Promise.resolve([...this.rows.values()].filter((one) => one.state !== 'closed'))
      : Promise.reject(new Error('unreachable'));

  drop(): void {
    for (const wire of this.lines) wire.end();
    this.lines.clear();
  }

  /** The cable is cut: nobody is told, nothing arrives any more. */
  cut(): void {
    for (const wire of this.lines) wire.dead = true;
    this.lines.clear();
  }

  get streams(): number {
    return this.lines.size;
  }

  tell(text: string): void {
    this.say(text);
  }

  private say(text: string): void {
    for (const wire of this.lines) wire.say(text);
  }
}

class Wire implements AsyncIterable<string> {
  dead = false;
  private texts: string[] = [];
  private over = false;
  private wake: () => void = () => undefined;

  say(text: string): void {
    this.texts.push(text);
    this.wake();
  }

  end(): void {
    this.over = true;
    this.wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<string> {
    for (;;) {
      while (this.texts.length > 0 && !this.dead) yield this.texts.shift() as string;
      if (this.over) return;
      await new Promise<void>((wake) => (this.wake = wake));
    }
  }
}

/** One browser: its tabs, who leads, what they say to each other. */
export class Browser {
  private readonly tabs: FakeTabs[] = [];

  open(): Tabs {
    const tab = new FakeTabs(this);
    this.tabs.push(tab);
    return tab;
  }

  carry(from: FakeTabs, word: Word): void {
    for (const tab of this.tabs) if (tab !== from) tab.hear(structuredClone(word));
  }

  settleLead(): void {
    const first = this.tabs[0];
    if (first?.lead) {
      const { lead } = first;
      first.lead = null;
      lead();
    }
  }

  leave(tab: FakeTabs): void {
    this.tabs.splice(this.tabs.indexOf(tab), 1);
    this.settleLead();
  }
}

class FakeTabs implements Tabs {
  lead: (() => void) | null = null;
  hear: (word: Word) => void = () => undefined;
  constructor(private readonly browser: Browser) {}

  campaign(lead: () => void): void {
    this.lead = lead;
    this.browser.settleLead();
  }
  post(word: Word): void {
    this.browser.carry(this, word);
  }
  listen(hear: (word: Word) => void): void {
    this.hear = hear;
  }
  close(): void {
    this.browser.leave(this);
  }
}

/** A page: queue and stream as the console puts them together. */
export class Desk {
  states: Freshness[] = [];
  signedOut = false;
  loads = 0;
  told: string[] = [];
  readonly queue = new Queue((changes) => {
    for (const { after } of changes) this.told.push(`${after.id}@${after.updated}`);
  });
  readonly stream: Stream;

  constructor(centre: Centre, time: Time, browser = new Browser()) {
    this.stream = new Stream(centre.connect, browser.open(), time, {
      row: (one) => this.queue.fold([one]),
      centre: () => undefined,
      load: async () => {
        this.loads += 1;
        await this.queue.reload(async () => ({ items: await centre.list(), next: null }));
      },
      connection: ({ state }) => {
        if (this.states.at(-1) !== state) this.states.push(state);
      },
      signedOut: () => (this.signedOut = true),
    });
    this.stream.start();
  }

  get shown(): string[] {
    return this.queue.open().map((one) => `${one.id}@${one.updated}`);
  }

  get state(): Freshness | undefined {
    return this.states.at(-1);
  }
}
