// Which page is shown, and to whom. The path names the page, `?incident=` the one that is open.

import { Api, ApiError } from './api';
import { Desk } from './desk.svelte';
import { dialWith } from './dial';
import { Handling } from './handling.svelte';
import { kinds } from './kinds.svelte';
import { now } from './now.svelte';
import { forgetPhone } from './phone/forget';
import { prefs } from './prefs.svelte';
import { drafts, ReportBox } from './report/box.svelte';
import { may } from './rights';
import { pathOf, placeAt, ROUTES, routeOf, type PageName, type Route, type Where } from './routes';
import { timers } from './timers';
import type { Session } from './types';

export type Phase = 'loading' | 'unreachable' | 'setup' | 'signin' | 'sound' | 'in' | 'technician';
export type { PageName };

/** A technician's own page: nobody of the staff is asked for there. */
const TECHNICIAN = '/tech';

class App {
  readonly api = new Api();
  phase = $state<Phase>('loading');
  page = $state<PageName>(placeAt(location.pathname).page);
  /** What the address of the page names, such as the id of a site. */
  about = $state<string | null>(placeAt(location.pathname).id);
  /** How often the search was asked for: each time its field gets the focus. */
  searches = $state(0);
  session = $state.raw<Session | null>(null);
  desk = $state.raw<Desk | null>(null);
  handling = $state.raw<Handling | null>(null);
  /** Reports and pictures of this phone that are unsent: they leave whatever page is shown. */
  box = $state.raw<ReportBox | null>(null);
  /** Said above the sign-in form. */
  said = $state<'ended' | 'set up' | null>(null);

  async start(): Promise<void> {
    prefs.apply();
    now.start();
    if (location.pathname.replace(/\/$/, '') === TECHNICIAN) return void (this.phase = 'technician');
    this.api.language = prefs.asked;
    this.api.signedOut = () => this.left('ended');
    addEventListener('popstate', () => this.read());
    addEventListener('online', () => this.box?.hurry());
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
    dialWith(session.dialler);
    prefs.apply();
    now.set(session.now);
    void this.loadKinds();
    this.desk = new Desk(this.api, session, () => this.left('ended'));
    this.handling = new Handling(this.desk);
    if (may(session.user.role, 'report')) {
      this.box = new ReportBox(session.user.name, this.api, drafts, timers);
      void this.box.start();
    }
    const wall = this.page === 'wall' && this.may('wall');
    if (!wall) this.desk.start(); // a wall listens to no stream: it is nobody at a desk
    this.phase = may(session.user.role, 'queue') && !wall ? phase : 'in'; // who sees no queue need hear none
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

  /** Links of the first row, as far as this person may use the pages; one stands for each group. */
  get links(): Route[] {
    return this.allowed(({ link }) => link === 'top' || link === 'sites').filter(
      (route, n, all) => route.link === 'top' || all.findIndex((one) => one.link === route.link) === n,
    );
  }

  /** Links of the second row: pages of the group that the page shown belongs to. */
  get inGroup(): Route[] {
    const { group } = routeOf(this.page);
    return group ? this.allowed((route) => route.link === group) : [];
  }

  may(page: PageName): boolean {
    const { right } = routeOf(page);
    return this.session !== null && (right === null || may(this.session.user.role, right));
  }

  async signOut(): Promise<void> {
    this.box?.stop();
    await forgetPhone();
    await this.api.delete('/session').catch(() => undefined);
    this.left(null);
  }

  go(page: PageName, about: string | null = null): void {
    const path = pathOf(page, about);
    if (path !== location.pathname) history.pushState(null, '', path);
    this.show({ page, id: about });
  }

  /** To the search of sites, and into its field. */
  search(): void {
    this.go('sites');
    this.searches += 1;
  }

  /** Write the open incident into the address, so that Back leads to the queue. */
  remember(incident: string | null): void {
    if (new URLSearchParams(location.search).get('incident') === incident) return;
    const address = incident ? `/?incident=${encodeURIComponent(incident)}` : '/';
    if (incident && !location.search) history.pushState(null, '', address);
    else history.replaceState(null, '', address);
  }

  private read(): void {
    this.show(placeAt(location.pathname));
    if (this.session && !this.may(this.page)) this.show({ page: this.home, id: null });
    const incident = new URLSearchParams(location.search).get('incident');
    if (incident) void this.handling?.open(incident);
    else if (this.page === 'desk') this.handling?.leave(); // from a site one comes back to it
  }

  /** Where somebody begins who may not see the page that he asked for. */
  private get home(): PageName {
    if (this.may('desk')) return 'desk';
    return this.may('my-site') ? 'my-site' : 'overview';
  }

  private allowed(wanted: (route: Route) => boolean): Route[] {
    return ROUTES.filter((route) => wanted(route) && this.may(route.page));
  }

  private show({ page, id }: Where): void {
    this.page = page;
    this.about = id;
  }

  private left(said: 'ended' | null): void {
    if (!this.session) return;
    this.desk?.stop();
    this.box?.stop();
    this.desk = this.handling = this.box = null;
    this.session = null;
    this.api.csrf = null;
    this.said = said;
    this.phase = 'signin';
  }
}

export const app = new App();
