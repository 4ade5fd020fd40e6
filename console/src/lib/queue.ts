// The open incidents as a console holds them: rows folded by id, the newer position wins, in the order in which they
// wait. Plain TypeScript; components only show it.

import { compare } from './position';
import type { Page, Priority, Row } from './types';

export interface Change {
  before: Row | undefined;
  after: Row;
}

export type Filter = 'all' | 'mine' | 'untouched' | 'held' | 'closed' | 'on-test' | 'unassigned';

/** Closed rows kept, so that an older word about one of them cannot bring it back. */
const CLOSED_MOST = 2_000;
/** Rows read when the page opens; beyond, the stream still adds what changes. */
const LOAD_MOST = 20_000;

export class Queue {
  private rows = new Map<string, Row>();
  private gone = new Map<string, Row>();
  /** Merged ones: open, and in no list of their own. */
  private under = new Map<string, Row>();
  /** What waits, in its order, but for the rows that moved since: ten thousand are not sorted anew for one. */
  private inOrder: Row[] = [];
  private readonly moved = new Set<string>();
  /** Ids told by the stream while a reload is on its way: what the older answer lacks is not thereby gone. */
  private toldMeanwhile: Set<string> | null = null;

  constructor(private readonly changed: (changes: Change[]) => void = () => undefined) {}

  /** Take rows in whatever order they come; true where any of them was news. */
  fold(rows: readonly Row[]): boolean {
    const changes: Change[] = [];
    for (const row of rows) {
      this.toldMeanwhile?.add(row.id);
      const before = this.get(row.id);
      if (before && !isNews(row, before)) continue;
      this.place(row);
      changes.push({ before, after: row });
    }
    if (changes.length > 0) this.changed(changes);
    return changes.length > 0;
  }

  /** Replace what is here by what the centre lists, page by page. */
  async reload(page: (after: string | null) => Promise<Page<Row>>): Promise<void> {
    const told = (this.toldMeanwhile = new Set<string>());
    const listed = new Map<string, Row>();
    let after: string | null = null;
    try {
      do {
        const answer: Page<Row> = await page(after);
        for (const row of answer.items) listed.set(row.id, row);
        after = answer.next;
        if (this.rows.size === 0 && after !== null) this.fold(answer.items); // the first rows need not wait for the last
      } while (after !== null && listed.size < LOAD_MOST);
    } finally {
      if (this.toldMeanwhile === told) this.toldMeanwhile = null;
    }
    const last = [...listed.values()].at(-1);
    for (const [id, row] of this.rows) {
      const beyond = after !== null && last !== undefined && order(row, last) > 0;
      if (!listed.has(id) && !told.has(id) && !beyond) {
        this.rows.delete(id);
        this.moved.add(id);
      }
    }
    if (!this.fold([...listed.values()])) this.changed([]);
  }

  get(id: string): Row | undefined {
    return this.rows.get(id) ?? this.gone.get(id) ?? this.under.get(id);
  }

  /** Open incidents: priority, rank, age. */
  open(): Row[] {
    if (this.moved.size === 0) return this.inOrder;
    const stayed = this.inOrder.filter((row) => !this.moved.has(row.id));
    const placed = [...this.moved].flatMap((id) => this.rows.get(id) ?? []).sort(order);
    this.moved.clear();
    return (this.inOrder = merged(stayed, placed));
  }

  /** Closed ones that this console heard of, newest first. */
  closed(): Row[] {
    return [...this.gone.values()].sort((a, b) => Date.parse(b.closed_at ?? '') - Date.parse(a.closed_at ?? ''));
  }

  private place(row: Row): void {
    this.moved.add(row.id);
    this.under.delete(row.id);
    if (row.state !== 'closed') {
      const [into, outOf] = row.merged_into === null ? [this.rows, this.under] : [this.under, this.rows];
      into.set(row.id, row);
      outOf.delete(row.id);
      this.gone.delete(row.id);
      return;
    }
    this.rows.delete(row.id);
    this.gone.set(row.id, row);
    if (this.gone.size > CLOSED_MOST) this.gone.delete(this.gone.keys().next().value as string);
  }
}

/** A row as it is later on; or the same one once more, when its place can be read at last or its site fell silent. */
function isNews(row: Row, before: Row): boolean {
  const age = compare(row.updated, before.updated);
  if (age > 0) return true;
  const placed = row.place !== null && before.place === null;
  return age === 0 && (placed || row.silent_site !== before.silent_site || row.neighbours !== before.neighbours);
}

/** Queue order (priority, rank, age); the number settles what came in the same instant. An exercise comes last. */
export function order(a: Row, b: Row): number {
  return (
    Number(a.trainee !== null) - Number(b.trainee !== null) ||
    a.priority - b.priority ||
    (a.rank ?? 9) - (b.rank ?? 9) ||
    queuedAt(a) - queuedAt(b) ||
    a.number - b.number
  );
}

/** Two lists in the order of the queue, as one. */
function merged(one: readonly Row[], other: readonly Row[]): Row[] {
  const all: Row[] = [];
  let at = 0;
  for (const row of other) {
    while (at < one.length && order(one[at] as Row, row) <= 0) all.push(one[at++] as Row);
    all.push(row);
  }
  while (at < one.length) all.push(one[at++] as Row);
  return all;
}

/** Read once a row: sorting thousands of them a frame must not parse the same times again. */
const read = new WeakMap<Row, number>();

function queuedAt(row: Row): number {
  let at = read.get(row);
  if (at === undefined) read.set(row, (at = Date.parse(row.queued_at)));
  return at;
}

const NOTHING: ReadonlySet<string> = new Set();

/** Whether an open row belongs to a view; `onTest` are the sites on test; closed ones have a list of their own. */
export function belongs(row: Row, filter: Filter, me: string, onTest: ReadonlySet<string> = NOTHING): boolean {
  switch (filter) {
    case 'all':
      return true;
    case 'mine':
      return isMine(row, me);
    case 'untouched':
      return row.first_taken_at === null && row.state !== 'taken';
    case 'held':
      return row.state === 'held';
    case 'closed':
      return row.state === 'closed';
    case 'on-test':
      return row.account_id !== null && onTest.has(row.account_id);
    case 'unassigned':
      return row.account !== null && row.account_id === null;
  }
}

export function isMine(row: Row, me: string): boolean {
  return row.taken_by === me || (row.state === 'held' && row.held_by === me);
}

/** How many rows of each priority, 1 to 5. */
export function countByPriority(rows: readonly Row[]): Record<Priority, number> {
  const counts: Record<Priority, number> = { 1: 0, 2: 0, 3: 0, 4: 0, 5: 0 };
  for (const row of rows) if (row.trainee === null) counts[row.priority] += 1; // an exercise counts nowhere
  return counts;
}
