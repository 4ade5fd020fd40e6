// Which page is shown, and to whom. The path names the page, `?incident=` the one that is open.

import { Api, ApiError } from './api';
import { Desk } from './desk.svelte';
import { Handling } from './handling.svelte';
import { kinds } from './kinds.svelte';
import { now } from './now.svelte';
import { prefs } from './prefs.svelte';
import { may, type Right } from './rights';
import { timers } from './timers';
import type { Session } from './types';

export type Phase = 'loading' | 'unreachable' | 'setup' | 'signin' | 'sound' | 'in';
export const PAGES = ['desk', 'report', 'call', 'decode', 'overview'] as const;
export type PageName = (typeof PAGES)[number];

const NEEDS: Record<PageName, Right | null> = {
  desk: 'queue',
  report: 'report',
  call: 'call',
  decode: null,
  overview: null,
};

class App {
  readonly api = new Api();
  phase = $state<Phase>('loading');
  page = $state<PageName>(pageOf(location.pathname));
  session = $state.raw<Session | null>(null);
  desk = $state.raw<Desk | null>(null);
  handling = $state.raw<Handling | null>(null);
  /** Said above the sign-in form. */
  said = $state<'ended' | 'set up' | null>(null);

  async start(): Promise<void> {
    prefs.apply();
    now.start();
    this.api.language = prefs.asked;
    this.api.signedOut = () => this.left('ended');
    addEventListener('popstate', () => this.read());
    await this.find();
  }

  /** Find out where to begin: signed in already, nobody set up yet, or the sign-in page. */
  async find(): Promise<void> {
    try {
      const session = await this.api.get<Session>('/session').catch((error: unknown) => {
        if (error instanceof ApiError && error.status === 401) return null;
        throw error;
      });
      if (session) return this.enter(session, 'in');
      const { needed } = await this.api.get<{ needed: boolean }>('/setup');
      this.phase = needed ? 'setup' : 'signin';
    } catch {
      this.phase = 'unreachable';
      setTimeout(() => void this.find(), 2_000);
    }
  }

  /** `phase` is the forced sound test after signing in, or the desk itself where the session was there already. */
  enter(session: Session, phase: 'sound' | 'in'): void {
    this.said = null;
    this.session = session;
    this.api.csrf = session.csrf;
    prefs.offer(session.language);
    prefs.apply();
    now.set(session.now);
    void this.loadKinds();
    this.desk = new Desk(this.api, session, () => this.left('ended'));
    this.handling = new Handling(this.desk);
    this.desk.start();
    this.phase = may(session.user.role, 'queue') ? phase : 'in'; // who sees no queue need hear none
    this.read();
  }

  /** The list of kinds in the language that is chosen now; asked for until it comes, since forms need it. */
  async loadKinds(): Promise<void> {
    this.api.language = prefs.asked;
    const { session } = this;
    while (this.session === session && session) {
      try {
        return await kinds.load(this.api);
      } catch {
        await timers.sleep(3_000);
      }
    }
  }

  /** Pages that this person may use. */
  get pages(): PageName[] {
    const { session } = this;
    if (!session) return [];
    return PAGES.filter((page) => NEEDS[page] === null || may(session.user.role, NEEDS[page]));
  }

  async signOut(): Promise<void> {
    await this.api.delete('/session').catch(() => undefined);
    this.left(null);
  }

  go(page: PageName): void {
    if (page !== this.page) history.pushState(null, '', page === 'desk' ? '/' : `/${page}`);
    this.page = page;
  }

  /** Write the open incident into the address, so that Back leads to the queue. */
  remember(incident: string | null): void {
    if (new URLSearchParams(location.search).get('incident') === incident) return;
    const address = incident ? `/?incident=${encodeURIComponent(incident)}` : '/';
    if (incident && !location.search) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
  }

  private read(): void {
    this.page = pageOf(location.pathname);
    if (this.session && !this.pages.includes(this.page)) this.page = 'overview';
    const incident = new URLSearchParams(location.search).get('incident');
    if (incident) void this.handling?.open(incident);
    else this.handling?.leave();
  }

  private left(said: 'ended' | null): void {
    if (!this.session) return;
    this.desk?.stop();
    this.desk = this.handling = null;
    this.session = null;
    this.api.csrf = null;
    this.said = said;
    this.phase = 'signin';
  }
}

function pageOf(path: string): PageName {
  return PAGES.find((page) => path === `/${page}`) ?? 'desk';
}

export const app = new App();
