// The tabs of one browser share one stream: whoever holds the lock reads it and tells the others. Where the browser
// has no locks (plain HTTP to another machine) every tab leads for itself.

import type { Message } from './sse';

export type Word =
  | { say: 'message'; message: Message }
  | { say: 'up' }
  | { say: 'down' }
  | { say: 'signed out' }
  | { say: 'hello' }; // a new tab asks how the line is

export interface Tabs {
  /** Call `lead` when this tab becomes the one that reads the stream; perhaps never. */
  campaign(lead: () => void): void;
  post(word: Word): void;
  listen(hear: (word: Word) => void): void;
  close(): void;
}

const NAME = 'belfry-stream';

class BrowserTabs implements Tabs {
  private readonly channel = new BroadcastChannel(NAME);
  private readonly leaving = new AbortController();
  private release: () => void = () => undefined;

  campaign(lead: () => void): void {
    const held = new Promise<void>((resolve) => (this.release = resolve));
    navigator.locks
      .request(NAME, { signal: this.leaving.signal }, () => {
        lead();
        return held;
      })
      .catch(() => undefined); // closed before its turn came
  }

  post(word: Word): void {
    this.channel.postMessage(word);
  }

  listen(hear: (word: Word) => void): void {
    this.channel.onmessage = (event: MessageEvent<Word>) => hear(event.data);
  }

  close(): void {
    this.leaving.abort();
    this.release();
    this.channel.close();
  }
}

class NoTabs implements Tabs {
  campaign(lead: () => void): void {
    lead();
  }
  post(): void {}
  listen(): void {}
  close(): void {}
}

export function browserTabs(): Tabs {
  const able = typeof BroadcastChannel === 'function' && 'locks' in navigator;
  return able ? new BrowserTabs() : new NoTabs();
}
