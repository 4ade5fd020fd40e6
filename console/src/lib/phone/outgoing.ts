// What a phone has said and the centre has not answered yet. Each saying is kept on the phone before it leaves, leaves
// in the order in which it was said, and goes once an answer has come: kept, or refused with a word that is shown. A lost
// answer means that it is sent again under the same key, which the centre takes for the same. Plain, and knows no page.

import { ApiError, Unreachable } from '../api';
import type { Timers } from '../timers';
import { isRefusal, Pause, shelf, type Shelf } from '../unsent';

export interface Saying {
  /** Names it on the wire as well: `Idempotency-Key`. */
  key: string;
  /** Whose it is: a phone that somebody else signs in on sends nothing of his. */
  user: string;
  /** In the order of saying. */
  turn: number;
  what: 'status' | 'note' | 'answer' | 'distress';
  path: string;
  body: Record<string, unknown>;
  /** Milliseconds. */
  at: number;
}

/** One that the centre did not take, and why, in its words. */
export interface Dropped {
  saying: Saying;
  why: string;
}

export interface Post {
  (path: string, body: unknown, headers: Record<string, string>): Promise<unknown>;
}

export const sayings: Shelf<Saying> = shelf('belfry-phone');

/** A phone that was lost for longer says nothing any more: its times would mean nothing. */
export const KEPT_MS = 12 * 3_600_000;

export class Outgoing {
  private queue: Saying[] = [];
  private turn = 0;
  private sending = false;
  private stopped = false;
  private readonly pause: Pause;

  constructor(
    private readonly user: string,
    private readonly shelf: Shelf<Saying>,
    private readonly post: Post,
    timers: Timers,
    /** The time of the day, milliseconds. */
    private readonly clock: () => number,
    private readonly tell: (waiting: readonly Saying[], dropped: Dropped | null, answer: unknown) => void,
  ) {
    this.pause = new Pause(timers);
  }

  /** Go on with what was left by the page before; what is another's, or too old, is erased. */
  async start(): Promise<void> {
    const kept = (await this.shelf.all().catch(() => [])).sort((one, other) => one.turn - other.turn);
    const now = this.clock();
    for (const one of kept) {
      if (one.user !== this.user || now - one.at > KEPT_MS) await this.shelf.drop(one.key);
      else if (this.queue.every(({ key }) => key !== one.key)) this.queue.push(one);
    }
    this.queue.sort((one, other) => one.turn - other.turn);
    this.turn = Math.max(this.turn, ...kept.map((one) => one.turn));
    this.show(null);
    void this.drain();
  }

  async say(key: string, what: Saying['what'], path: string, body: Record<string, unknown>): Promise<void> {
    const saying = { key, user: this.user, turn: ++this.turn, what, path, body, at: this.clock() };
    this.queue.push(saying);
    this.show(null);
    await this.shelf.put(saying).catch(() => undefined); // a private window keeps it as long as the page lasts
    this.hurry();
    void this.drain();
  }

  /** The net may be back: no need to wait. */
  hurry(): void {
    this.pause.shorten();
    this.pause.end();
  }

  stop(): void {
    this.stopped = true;
    this.pause.end();
  }

  async erase(): Promise<void> {
    this.queue = [];
    await this.shelf.clear();
    this.show(null);
  }

  private async drain(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (;;) {
        const first = this.queue[0];
        if (!first || this.stopped) return;
        const { sure, dropped, answer } = await this.send(first);
        if (!sure) {
          await this.pause.rest();
          continue;
        }
        this.queue = this.queue.filter((one) => one !== first);
        this.pause.shorten();
        this.show(dropped, answer);
        await this.shelf.drop(first.key).catch(() => undefined);
      }
    } finally {
      this.sending = false;
    }
  }

  private async send(saying: Saying): Promise<{ sure: boolean; dropped: Dropped | null; answer: unknown }> {
    try {
      const answer = await this.post(saying.path, saying.body, { 'Idempotency-Key': saying.key });
      return { sure: true, dropped: null, answer };
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof Unreachable)) console.error(error);
      const dropped = isRefusal(error) ? { saying, why: error.message } : null;
      return { sure: dropped !== null, dropped, answer: null };
    }
  }

  private show(dropped: Dropped | null, answer: unknown = null): void {
    this.tell([...this.queue], dropped, answer);
  }
}
