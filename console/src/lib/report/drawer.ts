// Where unsent reports outlive the page. Not sealed, so short-lived: one goes with its answer, all with signing out.

import type { Drawer } from './box.svelte';
import type { Draft } from './draft';

const NAME = 'belfry-reports';
const TABLE = 'unsent';

async function within<T>(mode: IDBTransactionMode, work: (table: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const request = indexedDB.open(NAME, 1);
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

export const drawer: Drawer & { clear(): Promise<void> } = {
  all: () => within<Draft[]>('readonly', (table) => table.getAll() as IDBRequest<Draft[]>),
  put: async (draft) => void (await within('readwrite', (table) => table.put(draft))),
  drop: async (key) => void (await within('readwrite', (table) => table.delete(key))),
  clear: async () => void (await within('readwrite', (table) => table.clear())),
};
