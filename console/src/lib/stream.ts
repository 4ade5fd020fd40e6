// Follows the centre's event stream and says how fresh the page is. One promise: between two reports of a queue that
// was loaded, nothing is missed, whatever happens to the line; whoever folds rows by their position sees nothing twice.
//
//   connecting   not yet heard of the server       catching_up   the line is open, older entries are coming in
//   connected    the list is as the centre's       stale         no stream for ten seconds: do not trust the list

import { Line, type Connect } from './line';
import type { Message } from './sse';
import type { Tabs, Word } from './tabs';
import type { Timers } from './timers';
import type { Alert } from './phone/types';
import type { BulkAct, Duty } from './together';
import type { Pulse, Row } from './types';
import type { Unit } from './units/types';

export type Freshness = 'connecting' | 'connected' | 'catching_up' | 'stale';

export interface Connection {
  state: Freshness;
  /** When the server was last heard of: milliseconds of this machine's clock. */
  heardAt: number;
}

export interface Follower {
  row(row: Row): void;
  centre(pulse: Pulse): void;
  /** Whether one is handed incidents. */
  duty?(duty: Duty): void;
  /** How far an act on many came. */
  bulk?(act: BulkAct): void;
  /** An alert of one's own. */
  alert?(alert: Alert): void;
  /** How a unit is now. */
  unit?(unit: Unit): void;
  unitGone?(id: string): void;
  /** Load the whole queue; the stream is already being read, so nothing falls between. Rejects where it cannot. */
  load(): Promise<void>;
  connection(connection: Connection): void;
  signedOut(): void;
}

/** Longest time without a stream before the page is stale. */
export const STALE_AFTER_MS = 10_000;
/** The server says something every 10 s; this much later an open line counts as dead. */
export const SILENT_AFTER_MS = 12_000;
/** A line that said nothing for this long after it opened has no older entries left to send. */
const SETTLED_AFTER_MS = 750;
const TICK_MS = 250;

export class Stream {
  private readonly line: Line;
  private role: 'follows' | 'leads' | 'stands alone' = 'follows';
  private up = false;
  private loaded = false;
  private loading = false;
  private loadAgainAt = 0;
  private heardAt: number;
  private busyAt: number;
  /** Since when the list may lack something; old news while the line is up and the queue is loaded. */
  private unsureSince: number;
  /** The open line has said something: only a word proves that it is more than a door. */
  private spoke = false;
  private lastId: string | null = null;
  private shown: Connection;
  private stopTicking: () => void = () => undefined;

  constructor(
    connect: Connect,
    private readonly tabs: Tabs,
    private readonly timers: Timers,
    private readonly follower: Follower,
  ) {
    this.heardAt = this.busyAt = this.unsureSince = timers.now();
    this.shown = { state: 'connecting', heardAt: this.heardAt };
    const signedOut = () => this.signOut();
    this.line = new Line(
      connect,
      {
        message: (message) => this.spread({ say: 'message', message }),
        up: () => this.spread({ say: 'up' }),
        down: () => this.spread({ say: 'down' }),
        signedOut,
      },
      timers,
    );
  }

  start(): void {
    this.tabs.listen((word) => this.hear(word));
    this.tabs.campaign(() => this.lead('leads'));
    if (this.role === 'follows') this.tabs.post({ say: 'hello' });
    this.stopTicking = this.timers.every(TICK_MS, () => this.tick());
  }

  stop(): void {
    this.stopTicking();
    this.line.stop();
    this.tabs.close();
  }

  private lead(role: 'leads' | 'stands alone'): void {
    const already = this.role === 'stands alone';
    this.role = role;
    if (already) return; // its own line is open: now it is everybody's
    this.goDown();
    this.line.start(this.lastId); // goes on where the tab that led before was last heard
  }

  /** What our own line says, for this tab and the others. */
  private spread(word: Word): void {
    if (this.role === 'leads') this.tabs.post(word);
    this.obey(word);
  }

  private hear(word: Word): void {
    if (word.say === 'hello') {
      if (this.role === 'leads') this.tabs.post({ say: this.up ? 'up' : 'down' });
    } else if (word.say === 'signed out') {
      this.signOut(false);
    } else if (this.role === 'follows') {
      this.obey(word);
    }
  }

  private obey(word: Word): void {
    if (word.say === 'up') this.goUp();
    else if (word.say === 'down') this.goDown();
    else if (word.say === 'message') this.take(word.message);
    this.tick();
  }

  private goUp(): void {
    this.heardAt = this.busyAt = this.timers.now();
    this.up = true;
    this.spoke = false;
    if (this.lastId === null) this.loaded = false; // opened without an id: it says nothing of what was before
  }

  private goDown(): void {
    if (this.up && this.spoke && this.loaded) this.unsureSince = this.timers.now();
    this.up = this.spoke = false;
  }

  private take(message: Message): void {
    this.heardAt = this.timers.now();
    this.up = this.spoke = true; // a tab that came in between two words learns it so
    if (message.id) this.lastId = message.id;
    if (message.data === '') return; // the heartbeat
    if (message.event === 'incident') {
      this.busyAt = this.heardAt;
      this.follower.row(JSON.parse(message.data) as Row);
    } else if (message.event === 'centre') {
      this.follower.centre(JSON.parse(message.data) as Pulse);
    } else if (message.event === 'duty') {
      this.follower.duty?.(JSON.parse(message.data) as Duty);
    } else if (message.event === 'bulk') {
      this.follower.bulk?.(JSON.parse(message.data) as BulkAct);
    } else if (message.event === 'alert') {
      this.follower.alert?.(JSON.parse(message.data) as Alert);
    } else if (message.event === 'unit') {
      this.follower.unit?.(JSON.parse(message.data) as Unit);
    } else if (message.event === 'unit_gone') {
      this.follower.unitGone?.((JSON.parse(message.data) as { id: string }).id);
    } else if (message.event === 'reset') {
      // Our last id is unknown there: the stream goes on from now, so the list is read anew.
      if (this.loaded) this.unsureSince = this.heardAt;
      this.loaded = false;
      this.loadAgainAt = 0;
    }
  }

  private tick(): void {
    const now = this.timers.now();
    if (this.up && now - this.heardAt >= SILENT_AFTER_MS) this.giveUp();
    if (this.up && !this.loaded && !this.loading && now >= this.loadAgainAt) void this.load();
    const state = this.freshness(now);
    if (state === this.shown.state && this.heardAt === this.shown.heardAt) return;
    if (state === 'stale' && this.shown.state !== 'stale') this.loaded = false; // after a long gap, read it all again
    this.shown = { state, heardAt: this.heardAt };
    this.follower.connection(this.shown);
  }

  private giveUp(): void {
    this.up = this.spoke = false;
    if (this.role === 'follows') this.lead('stands alone'); // the tab that leads has died without letting go
    else this.line.again();
  }

  private freshness(now: number): Freshness {
    const { state } = this.shown;
    if (this.up && this.loaded && !this.loading) {
      return state === 'connected' || now - this.busyAt >= SETTLED_AFTER_MS ? 'connected' : 'catching_up';
    }
    if (now - this.unsureSince >= STALE_AFTER_MS) return 'stale';
    return state === 'connecting' ? 'connecting' : 'catching_up';
  }

  private async load(): Promise<void> {
    this.loading = true;
    this.loaded = true; // a reset that comes meanwhile asks for another one
    try {
      await this.follower.load();
    } catch {
      this.loaded = false;
      this.loadAgainAt = this.timers.now() + 1_000;
    }
    this.loading = false;
    this.tick();
  }

  private signOut(tell = true): void {
    if (tell) this.tabs.post({ say: 'signed out' });
    this.stop();
    this.follower.signedOut();
  }
}
