// The phone's own small store for what is unsent (IndexedDB). Not sealed, so short-lived: a saying goes with its answer,
// all of them with signing out.

import type { Saying, Shelf } from './outgoing';

const NAME = 'belfry-phone';
const TABLE = 'unsent';

function asked<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the store failed'));
  });
}

async function opened(): Promise<IDBDatabase> {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE, { keyPath: 'key' });
  return asked(request);
}

async function within<T>(mode: IDBTransactionMode, work: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await opened();
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

export const shelf: Shelf = {
  all: () => within<Saying[]>('readonly', (table) => table.getAll() as IDBRequest<Saying[]>).catch(() => []),
  put: async (saying) => void (await within('readwrite', (table) => table.put(saying))),
  drop: async (key) => void (await within('readwrite', (table) => table.delete(key))),
  clear: async () => void (await within('readwrite', (table) => table.clear())),
};
