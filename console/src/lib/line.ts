// One line to the server's event stream: opened with the last id, read until it breaks, opened again after a growing
// pause. It knows no meaning; `stream.ts` does.

import { SseParser, type Message } from './sse';
import type { Timers } from './timers';

/** Opens the stream after an id and yields its text; ends or throws when the connection does. */
export type Connect = (lastId: string | null, signal: AbortSignal) => Promise<AsyncIterable<string>>;

/** The server refused: whoever signed in here is signed out. */
export class SignedOut extends Error {}

export interface LineEvents {
  message(message: Message): void;
  up(): void;
  down(): void;
  signedOut(): void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 5_000; // an operator must not wait longer than this for a server that is back
const CONNECT_AT_MOST_MS = 5_000; // a dead network answers nothing for minutes

export class Line {
  private lastId: string | null = null;
  private attempt: AbortController | null = null;

  constructor(
    private readonly connect: Connect,
    private readonly events: LineEvents,
    private readonly timers: Timers,
  ) {}

  start(lastId: string | null): void {
    if (this.attempt) return;
    this.lastId = lastId;
    void this.keep(FIRST_PAUSE_MS);
  }

  stop(): void {
    this.attempt?.abort();
    this.attempt = null;
  }

  /** Give up a connection that says nothing, and open a new one at once. */
  again(): void {
    this.stop();
    this.events.down();
    void this.keep(FIRST_PAUSE_MS);
  }

  private async keep(pause: number): Promise<void> {
    const attempt = new AbortController();
    this.attempt = attempt;
    const still = () => this.attempt === attempt;
    let next = Math.min(pause * 2, LONGEST_PAUSE_MS);
    try {
      if (await this.listen(attempt, still)) next = pause = FIRST_PAUSE_MS;
    } catch (error) {
      if (still() && error instanceof SignedOut) {
        this.stop();
        this.events.signedOut();
        return;
      }
    }
    if (!still()) return;
    this.events.down();
    await this.timers.sleep(pause);
    if (still()) void this.keep(next);
  }

  /** Read one connection to its end, and say whether it ever said anything. */
  private async listen(attempt: AbortController, still: () => boolean): Promise<boolean> {
    let heard = false;
    const parser = new SseParser();
    const chunks = await this.within(CONNECT_AT_MOST_MS, attempt, this.connect(this.lastId, attempt.signal));
    if (!still()) return heard;
    this.events.up();
    for await (const chunk of chunks) {
      if (!still()) return heard;
      heard = true;
      for (const message of parser.feed(chunk)) {
        if (message.id) this.lastId = message.id;
        this.events.message(message);
      }
    }
    return heard;
  }

  private async within<T>(ms: number, attempt: AbortController, opening: Promise<T>): Promise<T> {
    let open = false;
    const late = this.timers.sleep(ms).then(() => {
      if (open) return opening;
      attempt.abort();
      throw new Error(`no answer within ${ms} ms`);
    });
    late.catch(() => undefined); // heard through the race, or too late to matter
    const first = await Promise.race([opening, late]);
    open = true;
    return first;
  }
}

/** The stream over HTTP. `Last-Event-ID` is sent as a browser's own event source would. */
export const connectByFetch =
  (language: () => string | null): Connect =>
  async (lastId, signal) => {
    const headers: Record<string, string> = { Accept: 'text/event-stream' };
    const asked = language();
    if (asked !== null) headers['Accept-Language'] = asked;
    if (lastId !== null) headers['Last-Event-ID'] = lastId;
    const response = await fetch('/api/v1/stream', { headers, signal, cache: 'no-store', credentials: 'same-origin' });
    if (response.status === 401) throw new SignedOut();
    if (!response.ok || !response.body) throw new Error(`the stream answered ${response.status}`);
    return texts(response.body);
  };

async function* texts(body: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    reader.cancel().catch(() => undefined); // already broken: nothing is left to cancel
  }
}
