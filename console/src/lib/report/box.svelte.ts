// The reports of this phone that the centre does not have yet, in a small store of its own (IndexedDB): shown as unsent,
// sent in their order, each once. What is sent is forgotten; what was refused stays until it was read.

import { ApiError, idempotencyKey, type Api } from '../api';
import type { Timers } from '../timers';
import { isRefusal, Pause, shelf, type Shelf } from '../unsent';
import { answered, counted, KEPT_MS, next, refused, type Asked, type Draft, type History } from './draft';

export const drafts: Shelf<Draft> = shelf('belfry-reports');

const HISTORY = 'belfry.reported';

/** A report that is kept, and may be taken back for a while. */
export interface Sent {
  signal: string;
  kind: string;
  at: number;
}

export class ReportBox {
  unsent = $state.raw<readonly Draft[]>([]);
  sent = $state.raw<readonly Sent[]>([]);
  /** Pictures for incidents that the centre has, since the page is there: which incident each is of. */
  pictured = $state.raw<readonly string[]>([]);
  private sending = false;
  private stopped = false;
  private readonly pause: Pause;

  constructor(
    private readonly user: string,
    private readonly api: Api,
    private readonly shelf: Shelf<Draft>,
    timers: Timers,
    private readonly clock: () => number = () => Date.now(),
  ) {
    this.pause = new Pause(timers);
  }

  async start(): Promise<void> {
    const kept = await this.shelf.all().catch(() => []);
    const mine: Draft[] = [];
    for (const one of kept) {
      if (one.user === this.user && this.clock() - one.at <= KEPT_MS) mine.push(one);
      else await this.shelf.drop(one.key).catch(() => undefined);
    }
    this.unsent = [...mine, ...this.unsent].sort((one, other) => one.at - other.at);
    void this.drain();
  }

  stop(): void {
    this.stopped = true;
    this.pause.end();
  }

  async report(said: Pick<Draft, 'kind' | 'place' | 'note' | 'picture'>): Promise<void> {
    count(said.kind);
    await this.take({ ...said, signal: null, refused: null });
  }

  /** A picture from its crew to an incident. */
  async picture(incident: string, kind: string, picture: Blob): Promise<void> {
    await this.take({ incident, kind, picture, place: {}, note: '', signal: null, refused: null });
  }

  private async take(said: Omit<Draft, 'key' | 'user' | 'at'>): Promise<void> {
    const draft: Draft = { ...said, key: idempotencyKey(), user: this.user, at: this.clock() };
    this.unsent = [...this.unsent, draft];
    await this.shelf.put(draft).catch(() => undefined); // a private window keeps it as long as the page lasts
    this.hurry();
    void this.drain();
  }

  /** The net may be back: no need to wait. */
  hurry(): void {
    this.pause.shorten();
    this.pause.end();
  }

  /** What was refused has been read. */
  async forget(key: string): Promise<void> {
    this.unsent = this.unsent.filter((one) => one.key !== key);
    await this.shelf.drop(key).catch(() => undefined);
  }

  private async drain(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (;;) {
        const first = this.unsent.find((one) => one.refused === null);
        if (!first || this.stopped) return;
        const asked = next(first);
        if (asked === null) {
          await this.forget(first.key);
          continue;
        }
        await this.step(first, asked);
      }
    } finally {
      this.sending = false;
    }
  }

  private async step(draft: Draft, asked: Asked): Promise<void> {
    try {
      const headers = { 'Idempotency-Key': asked.key };
      const answer =
        asked.blob === null
          ? await this.api.post<{ signal?: string }>(asked.path, asked.json, headers)
          : await this.api.upload<{ signal?: string }>(asked.path, asked.blob, headers);
      this.pause.shorten();
      const after = answered(draft, answer);
      if (draft.signal === null && after.signal !== null) {
        this.sent = [{ signal: after.signal, kind: draft.kind, at: draft.at }, ...this.sent].slice(0, 5);
      }
      if (draft.incident !== undefined) this.pictured = [...this.pictured, draft.incident];
      await this.keep(after);
    } catch (error) {
      const undecided = error instanceof ApiError && error.type === 'belfry:undecided';
      if (isRefusal(error) && !undecided) await this.keep(refused(draft, error.message));
      else await this.pause.rest();
    }
  }

  private async keep(draft: Draft): Promise<void> {
    this.unsent = this.unsent.map((one) => (one.key === draft.key ? draft : one));
    await this.shelf.put(draft).catch(() => undefined);
  }
}

export function history(): History {
  try {
    return JSON.parse(localStorage.getItem(HISTORY) ?? '{}') as History;
  } catch {
    return {};
  }
}

function count(kind: string): void {
  try {
    localStorage.setItem(HISTORY, JSON.stringify(counted(history(), kind)));
  } catch {
    // for as long as the page lasts
  }
}
