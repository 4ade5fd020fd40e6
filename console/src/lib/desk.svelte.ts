// The desk of one signed-in operator: the queue as it is shown, what is selected in it, what was said last. It ties
// the plain parts (stream, queue, bell, sound) to the page; rules are theirs.

import type { Api } from './api';
import { Bell } from './bell';
import { bySite, siteKey } from './beside';
import { t } from './i18n.svelte';
import { kinds } from './kinds.svelte';
import { connectByFetch } from './line';
import { now } from './now.svelte';
import { onTest } from './on_test.svelte';
import { Alerts } from './phone/alerts.svelte';
import { prefs } from './prefs.svelte';
import { belongs, Queue, type Change, type Filter } from './queue';
import { Sound } from './sound';
import { Stream, type Connection } from './stream';
import { browserTabs } from './tabs';
import { timers } from './timers';
import { may } from './rights';
import { Duties } from './duty.svelte';
import { UnitBell } from './dispatch/board';
import { Dispatching } from './dispatch/sending.svelte';
import type { BulkAct } from './together';
import type { OwnFault, Page, Pulse, Row, Session } from './types';
import { Units } from './units/units.svelte';
import { partOf, siteOf } from './words';

const PAGE = '1000';
const CONFLICT_SHOWN_MS = 10_000;

export interface Notice {
  text: string;
  /** Read out at once, since somebody's act did not happen. */
  urgent: boolean;
  at: number;
}

export class Desk {
  open = $state.raw<Row[]>([]);
  closed = $state.raw<Row[]>([]);
  connection = $state.raw<Connection>({ state: 'connecting', heardAt: Date.now() });
  pulse = $state.raw<Pulse | null>(null);
  notice = $state.raw<Notice | null>(null);
  /** The newest alarm, in words. */
  news = $state('');
  filter = $state<Filter>('all');
  cursor = $state<string | null>(null);
  soundBlocked = $state(true);
  soundTested = $state(false);
  loaded = $state(false);
  /** What the server said of a row when somebody was quicker. */
  conflicts = $state.raw<ReadonlyMap<string, string>>(new Map());

  readonly sound = new Sound((blocked) => (this.soundBlocked = blocked));
  readonly queue = new Queue((changes) => this.learn(changes));
  private readonly bell = new Bell();
  private readonly unitBell = new UnitBell();
  private readonly stream: Stream;
  private readonly watchers = new Set<(row: Row) => void>();
  private stops: (() => void)[] = [];
  private drawn = true;

  readonly rows = $derived(
    this.filter === 'closed' ? this.closed : this.open.filter((row) => belongs(row, this.filter, this.me, this.onTest)),
  );

  /** An act on many is being prepared. */
  many = $state(false);
  /** How an act on many goes on, as the stream tells it. */
  bulk = $state.raw<BulkAct | null>(null);
  /** Whether this person is handed incidents. */
  readonly duties: Duties;
  readonly units: Units;
  /** What whoever is on duty is told of. */
  readonly alerts: Alerts;
  readonly dispatching: Dispatching;
  private readonly onTest = $derived(new Set(onTest.running.map((test) => test.account_id)));

  /** Open rows by their site: what is handled together. */
  readonly sites = $derived(bySite(this.open));

  constructor(
    readonly api: Api,
    readonly session: Session,
    signedOut: () => void,
  ) {
    this.duties = new Duties(api, (text, urgent) => this.say(text, urgent));
    this.units = new Units(api, session.user.name);
    this.alerts = new Alerts(api);
    this.dispatching = new Dispatching(api, this.units, session.user.name, (text, urgent) => this.say(text, urgent));
    this.stream = new Stream(connectByFetch(() => prefs.asked), browserTabs(), timers, {
      row: (row) => this.queue.fold([row]),
      centre: (pulse) => {
        const before = this.pulse?.faults ?? [];
        this.pulse = pulse;
        now.set(pulse.now);
        this.hearOwn(before, pulse.faults);
      },
      duty: (duty) => this.duties.hear(duty),
      bulk: (act) => (this.bulk = act),
      unit: (unit) => this.units.hear(unit),
      alert: (alert) => this.alerts.hear(alert),
      unitGone: (id) => this.units.forget(id),
      load: () => this.load(),
      connection: (connection) => {
        this.connection = connection;
        this.duties.line(connection);
        this.sound.scream(connection.state === 'stale');
      },
      signedOut,
    });
  }

  get me(): string {
    return this.session.user.name;
  }

  start(): void {
    this.sound.loudness = prefs.loudness;
    if (may(this.session.user.role, 'queue')) this.stream.start();
    this.stops.push(timers.every(1_000, () => this.sound.ring(this.bell.tick(Date.now()))));
    if (may(this.session.user.role, 'dispatch')) {
      this.stops.push(timers.every(1_000, () => this.sound.ring(this.unitBell.tick(this.units.onDuty, now.value))));
    }
    const wake = () => this.sound.wake();
    for (const gesture of ['pointerdown', 'keydown'] as const) {
      addEventListener(gesture, wake, { capture: true });
      this.stops.push(() => removeEventListener(gesture, wake, { capture: true }));
    }
  }

  stop(): void {
    for (const stop of this.stops) stop();
    this.stops = [];
    this.stream.stop();
    this.sound.close();
  }

  say(text: string, urgent = false): void {
    this.notice = { text, urgent, at: now.value };
  }

  /** Somebody was quicker: say so on the row for a while. */
  conflict(id: string, title: string): void {
    this.conflicts = new Map(this.conflicts).set(id, title);
    setTimeout(() => {
      const left = new Map(this.conflicts);
      left.delete(id);
      this.conflicts = left;
    }, CONFLICT_SHOWN_MS);
  }

  /** What is open at the site of a row, itself among it. */
  at(row: Row): readonly Row[] {
    return this.sites.get(siteKey(row) ?? '') ?? [];
  }

  /** Hear of every change of a row; returns the way to stop. */
  watch(watcher: (row: Row) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  setFilter(filter: Filter): void {
    this.filter = filter;
    if (filter === 'closed') void this.loadClosed();
  }

  move(step: 1 | -1 | 'first' | 'last'): void {
    const at = this.rows.findIndex((row) => row.id === this.cursor);
    const end = this.rows.length - 1;
    const to = step === 'first' ? 0 : step === 'last' ? end : at < 0 ? 0 : Math.min(end, Math.max(0, at + step));
    this.cursor = this.rows[to]?.id ?? null;
  }

  private async load(): Promise<void> {
    await this.queue.reload((after) =>
      this.api.get<Page<Row>>('/incidents', { state: 'open', limit: PAGE, ...(after ? { after } : {}) }),
    );
    this.bell.keep((id) => this.queue.get(id)?.state === 'waiting');
    this.loaded = true;
    await this.units.load().catch(() => undefined); // the queue is whole without them
    if (this.session.user.role === 'responder' || this.units.mine) await this.alerts.load().catch(() => undefined);
  }

  private async loadClosed(): Promise<void> {
    try {
      const { items } = await this.api.get<Page<Row>>('/incidents', { state: 'closed', limit: PAGE });
      this.queue.fold(items);
    } catch {
      // what this console saw closing is shown all the same
    }
  }

  private learn(changes: Change[]): void {
    const forMe = changes.filter(({ after }) => after.trainee === null || after.trainee === this.me);
    const rings = this.bell.hear(forMe, Date.now());
    this.sound.ring(rings);
    if (rings[0]) this.tellNews(rings[0].id);
    const answered = changes.filter(({ before, after }) => before?.state === 'waiting' && after.state !== 'waiting');
    this.sound.hush(new Set(answered.map(({ after }) => after.id)));
    for (const { after } of changes) for (const watcher of this.watchers) watcher(after);
    this.draw();
  }

  /** The centre's own alarms ring like rows; nobody can take one, so only its end ends the sound. */
  private hearOwn(before: readonly OwnFault[], after: readonly OwnFault[]): void {
    const idOf = (fault: OwnFault) => `own/${fault.part}`;
    const rings = this.bell.own(
      after.map((fault) => ({ id: idOf(fault), priority: fault.priority })),
      Date.now(),
    );
    this.sound.ring(rings);
    const fault = after.find((one) => idOf(one) === rings[0]?.id);
    if (fault) this.news = t('said.new', { label: kinds.label({ ...fault, label: fault.kind }), where: partOf(fault.part) });
    const ids = new Set(after.map(idOf));
    this.sound.hush(new Set(before.map(idOf).filter((id) => !ids.has(id))));
  }

  /** What rings is also said, for who listens to a screen reader: the most urgent of it. */
  private tellNews(id: string): void {
    const row = this.queue.get(id);
    if (row) this.news = t('said.new', { label: kinds.label(row), where: siteOf(row) });
  }

  /** Show what was learned with the next frame, however many rows came; a hidden page has no frames. */
  private draw(): void {
    if (!this.drawn) return;
    this.drawn = false;
    const show = () => {
      if (this.drawn) return;
      this.drawn = true;
      this.open = this.queue.open();
      const midnight = new Date().setHours(0, 0, 0, 0);
      this.closed = this.queue.closed().filter((row) => Date.parse(row.closed_at ?? '') >= midnight);
    };
    requestAnimationFrame(show);
    setTimeout(show, 200);
  }
}
