// What rings, and when. Sound is for what is new: a row that begins to wait, one that a new signal made worse. While
// it waits untaken it rings again about once a minute, a priority 1 every fifteen seconds; a take ends it.
// Pure: it is handed the time and says what is to be heard; `sound.ts` makes it heard.

import { order } from './queue';
import { reachedBy } from './time';
import type { Priority, Row } from './types';

export type Tone = 'fire' | 'medical' | 'person' | 'property' | 'technical' | 'admin' | 'silent';

export interface Ring {
  tone: Tone;
  priority: Priority;
  id: string;
  /** Its deadline was missed: louder, and heard even where less than that is muted. */
  late?: true;
}

/** The class of sound of each group of kinds. */
const TONES: Record<string, Tone> = {
  FIRE: 'fire',
  ENV: 'fire',
  MED: 'medical',
  TRF: 'medical',
  RES: 'person',
  PERS: 'person',
  PROP: 'property',
  TECH: 'technical',
  ADM: 'admin',
};

const AGAIN_MS = 60_000;
const AGAIN_FIRST_MS = 15_000;
/** What is late rings twice as often. */
const LATE = 2;

/** An alarm of the centre itself, which no row tells of yet. */
export interface OwnAlarm {
  id: string;
  priority: Priority;
}

function ownRing({ id, priority }: OwnAlarm): Ring {
  return { tone: 'technical', priority, id };
}

function pauseOf(priority: Priority, late = false): number {
  return (priority === 1 ? AGAIN_FIRST_MS : AGAIN_MS) / (late ? LATE : 1);
}

/** A missed deadline is louder at every desk; a silent alarm never is. */
function isLate(row: Row): boolean {
  return !row.silent && reachedBy(row).length > 0;
}

/** A silent alarm sounds softly and alike whatever it is: the caller on the phone must not hear it. */
export function toneOf(row: Row): Tone {
  return row.silent ? 'silent' : (TONES[row.group.split('.')[0] ?? ''] ?? 'admin');
}

/** The same of a kind alone, for alerts on a phone. */
export function toneOfKind(kind: string): Tone {
  return TONES[kind.split('.')[0] ?? ''] ?? 'admin';
}

export class Bell {
  /** Waiting rows, and when each was last heard. */
  private readonly ringing = new Map<string, { row: Row; heardAt: number }>();
  private owned: (OwnAlarm & { heardAt: number })[] = [];

  /** Take what the queue learned and return what is to be heard at once, most urgent first. */
  hear(changes: readonly { before: Row | undefined; after: Row }[], now: number): Ring[] {
    const news: Row[] = [];
    for (const { before, after } of changes) {
      const waits = after.state === 'waiting';
      const begins = waits && !this.ringing.has(after.id);
      if (waits) this.ringing.set(after.id, { row: after, heardAt: this.ringing.get(after.id)?.heardAt ?? now });
      else this.ringing.delete(after.id);
      if (begins || (after.state !== 'closed' && isWorse(before, after))) {
        news.push(after);
        const known = this.ringing.get(after.id);
        if (known) known.heardAt = now;
      }
    }
    return rings(news);
  }

  /** Take the alarms of the centre itself as they are now: a new one rings at once, and all as long as they last. */
  own(alarms: readonly OwnAlarm[], now: number): Ring[] {
    const before = this.owned;
    this.owned = alarms.map((alarm) => ({ heardAt: now, ...before.find(({ id }) => id === alarm.id), ...alarm }));
    return this.owned.filter(({ id }) => !before.some((one) => one.id === id)).map(ownRing).slice(0, 1);
  }

  /** What is untaken for so long that it rings again. */
  tick(now: number): Ring[] {
    return [...this.ownAgain(now), ...this.rowsAgain(now)];
  }

  private ownAgain(now: number): Ring[] {
    const due = this.owned.filter((one) => now - one.heardAt >= pauseOf(one.priority));
    for (const one of due) one.heardAt = now;
    return due.map(ownRing).slice(0, 1);
  }

  private rowsAgain(now: number): Ring[] {
    const due: Row[] = [];
    for (const one of this.ringing.values()) {
      if (now - one.heardAt < pauseOf(one.row.priority, isLate(one.row))) continue;
      one.heardAt = now;
      due.push(one.row);
    }
    return rings(due);
  }

  /** Rows that a reload no longer lists. */
  keep(alive: (id: string) => boolean): void {
    for (const id of this.ringing.keys()) if (!alive(id)) this.ringing.delete(id);
  }

  /** Whether a row still asks for somebody; a sound for one that does not is cut short. */
  isRinging(id: string): boolean {
    return this.ringing.has(id);
  }
}

function isWorse(before: Row | undefined, after: Row): boolean {
  if (!before || before.state === 'closed' || after.merged_into !== null) return false;
  const escalated = after.escalated.some((one) => !before.escalated.includes(one));
  return after.rings !== before.rings || after.priority < before.priority || escalated;
}

/** One sound a class is enough, however many rows ask for it: a storm must not be heard for an hour. */
function rings(rows: Row[]): Ring[] {
  const first = new Map<Tone, Ring>();
  for (const row of rows.sort(order)) {
    const tone = toneOf(row);
    const known = first.get(tone);
    if (!known) first.set(tone, { tone, priority: row.priority, id: row.id, ...(isLate(row) ? { late: true } : {}) });
    else if (isLate(row)) known.late = true;
  }
  return [...first.values()];
}
