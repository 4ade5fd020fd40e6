// What a phone keeps of what the centre has not answered yet: a small store in the browser (IndexedDB) that outlives the
// page, and how long to wait between two tries. Not sealed, so short-lived: an entry goes with its answer, all with
// signing out.

import { ApiError } from './api';
import type { Timers } from './timers';

/** Where entries outlive the page. Each call resolves once it is so. */
export interface Shelf<T extends { key: string }> {
  all(): Promise<T[]>;
  put(entry: T): Promise<void>;
  drop(key: string): Promise<void>;
  clear(): Promise<void>;
}

const TABLE = 'unsent';
const VERSION = 1;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/** The store of that name. Name, table and key stay as they are: the page before an update may have left entries there. */
export function shelf<T extends { key: string }>(name: 'belfry-phone' | 'belfry-reports'): Shelf<T> {
  return {
    all: () => within(name, 'readonly', (table) => table.getAll() as IDBRequest<T[]>),
    put: async (entry) => void (await within(name, 'readwrite', (table) => table.put(entry))),
    drop: async (key) => void (await within(name, 'readwrite', (table) => table.delete(key))),
    clear: async () => void (await within(name, 'readwrite', (table) => table.clear())),
  };
}

async function within<T>(
  name: string,
  mode: IDBTransactionMode,
  work: (table: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const request = indexedDB.open(name, VERSION);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: 'key' });
  const database = await asked(request);
  try {
    const turn = database.transaction(TABLE, mode);
    const done = new Promise<void>((resolve, reject) => {
      turn.oncomplete = () => resolve();
      turn.onerror = turn.onabort = () => reject(turn.error ?? new Error('the store failed'));
    });
    const answer = await asked(work(turn.objectStore(TABLE)));
    await done;
    return answer;
  } finally {
    database.close();
  }
}

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the store failed'));
  });
}

/** Whether the centre will not take it, however often it is asked. Else the same request may be taken later. */
export function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status < 500 && ![401, 408, 429].includes(error.status);
}

/** The pause between two tries: twice as long each time, up to a quarter of a minute, until somebody hurries. */
export class Pause {
  private ms = FIRST_PAUSE_MS;
  private wake: (() => void) | null = null;

  constructor(private readonly timers: Timers) {}

  async rest(): Promise<void> {
    const woken = new Promise<void>((wake) => (this.wake = wake));
    await Promise.race([this.timers.sleep(this.ms), woken]);
    this.wake = null;
    this.ms = Math.min(this.ms * 2, LONGEST_PAUSE_MS);
  }

  /** One try went well: the next one that fails waits no longer than the first. */
  shorten(): void {
    this.ms = FIRST_PAUSE_MS;
  }

  /** Whoever rests rests no longer. */
  end(): void {
    this.wake?.();
  }
}
