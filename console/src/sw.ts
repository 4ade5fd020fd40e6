// The phone's service worker: opens the app without a net, and shows alerts while no page is open. It keeps the page and
// the scripts that it is made of, and nothing else: no answer of the API is ever kept, since some hold what is sealed.
//
// A new version waits until a page says that nothing is under way. One file of its own, without imports, since browsers
// differ in what else they take.

interface Extendable extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface Fetched extends Extendable {
  readonly request: Request;
  respondWith(answer: Promise<Response> | Response): void;
}
interface Pushed extends Extendable {
  readonly data: { json(): unknown } | null;
}
interface Clicked extends Extendable {
  readonly action: string;
  readonly notification: Notification;
}
interface Said extends Extendable {
  readonly data: unknown;
}
interface Page {
  readonly url: string;
  focus(): Promise<Page>;
  navigate(url: string): Promise<Page | null>;
}
interface Scope {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: { type: 'window'; includeUncontrolled: boolean }): Promise<Page[]>;
    openWindow(url: string): Promise<Page | null>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: 'install' | 'activate', hear: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', hear: (event: Fetched) => void): void;
  addEventListener(type: 'push', hear: (event: Pushed) => void): void;
  addEventListener(type: 'notificationclick', hear: (event: Clicked) => void): void;
  addEventListener(type: 'message', hear: (event: Said) => void): void;
}
/** What a push says (`notify/web_push.py`): kind and place, never a note. */
interface Push {
  why: string;
  title: string;
  body?: string;
  alert?: string;
  incident?: string;
  priority?: number;
  quiet?: boolean;
  again?: boolean;
  notice?: string;
  token?: string;
}

const scope = self as unknown as Scope;
/** Written in by the build (`vite.config.ts`): the scripts and styles of the phone's page. */
const SHELL: readonly string[] = JSON.parse('__SHELL__') as string[];
const VERSION = '__VERSION__';
const KEPT = `belfry-${VERSION}`;
const HOME = '/me';
const PAGE_WITHIN_MS = 3_000;
const API = '/api/';

const WORDS: Record<string, { accept: string; refuse: string }> = {
  en: { accept: 'Accept', refuse: 'Cannot come' },
  de: { accept: 'Annehmen', refuse: 'Kann nicht' },
  fr: { accept: 'Accepter', refuse: 'Indisponible' },
  es: { accept: 'Aceptar', refuse: 'No puedo' },
};
const words = () => WORDS[navigator.language.slice(0, 2)] ?? WORDS['en']!;

// -- the page without a net

scope.addEventListener('install', (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll([HOME, '/favicon.svg', ...SHELL])));
});

scope.addEventListener('activate', (event) => {
  const forget = async (): Promise<void> => {
    const names = (await caches.keys()).filter((name) => name.startsWith('belfry-') && name !== KEPT);
    await Promise.all(names.map((name) => caches.delete(name)));
    await scope.clients.claim();
  };
  event.waitUntil(forget());
});

scope.addEventListener('message', (event) => {
  if (event.data === 'change over') event.waitUntil(scope.skipWaiting());
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin || url.pathname.startsWith(API)) return;
  if (request.mode === 'navigate') event.respondWith(page(request));
  else if (SHELL.includes(url.pathname)) event.respondWith(part(request));
});

/** The page as the centre has it, or after some seconds the one that is kept: every address is the same page. */
async function page(request: Request): Promise<Response> {
  const kept = () => caches.match(HOME, { cacheName: KEPT });
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), PAGE_WITHIN_MS));
  const fresh = fetch(request);
  try {
    const first = await Promise.race([fresh, late]);
    if (first) return first;
    return (await kept()) ?? (await fresh);
  } catch {
    return (await kept()) ?? Response.error();
  }
}

async function part(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: KEPT })) ?? fetch(request);
}

// -- alerts

scope.addEventListener('push', (event) => {
  const push = (event.data?.json() ?? {}) as Push;
  event.waitUntil(Promise.all([show(push), delivered(push)]));
});

async function show(push: Push): Promise<void> {
  const tag = push.alert ?? push.why;
  if (push.why === 'withdrawn') {
    for (const one of await scope.registration.getNotifications({ tag })) one.close();
  }
  const asks = push.alert !== undefined && push.why === 'alert';
  const { accept, refuse } = words();
  // What the list of types lacks: every browser that wakes a phone knows these.
  const options: NotificationOptions & Record<string, unknown> = {
    body: push.body ?? '',
    tag,
    data: { alert: push.alert ?? null, incident: push.incident ?? null },
    icon: '/icon-192.png',
    badge: '/badge-96.png',
    lang: navigator.language,
    renotify: push.why !== 'withdrawn',
    requireInteraction: asks || push.why === 'check', // who works alone is asked until he answers
    silent: push.quiet === true,
    ...(push.quiet ? {} : { vibrate: [500, 200, 500, 200, 500, 200, 500] }),
    actions: asks ? [{ action: 'accepted', title: accept }, { action: 'refused', title: refuse }] : [],
  };
  await scope.registration.showNotification(push.title, options);
}

/** That it came, so that nobody is called for nothing; without a net the centre learns it from the answer. */
async function delivered({ notice, token }: Push): Promise<void> {
  if (!notice || !token) return;
  const body = JSON.stringify({ notice, token });
  const headers = { 'Content-Type': 'application/json' };
  await fetch('/api/v1/push/delivered', { method: 'POST', headers, body }).catch(() => undefined);
}

scope.addEventListener('notificationclick', (event) => {
  const { alert } = event.notification.data as { alert: string | null };
  event.notification.close();
  event.waitUntil(clicked(alert, event.action));
});

async function clicked(alert: string | null, action: string): Promise<void> {
  const said = alert !== null && (action === 'accepted' || action === 'refused') && (await answer(alert, action));
  if (!said || action === 'accepted') await open();
}

/** False where the centre did not take it: the page asks again. */
async function answer(alert: string, action: string): Promise<boolean> {
  try {
    const session = await fetch('/api/v1/session', { credentials: 'same-origin', cache: 'no-store' });
    if (!session.ok) return false;
    const { csrf } = (await session.json()) as { csrf: string };
    const headers = { 'Content-Type': 'application/json', 'X-Belfry-CSRF': csrf };
    const path = `/api/v1/me/alerts/${encodeURIComponent(alert)}`;
    return (await fetch(path, { method: 'POST', headers, body: JSON.stringify({ answer: action }) })).ok;
  } catch {
    return false;
  }
}

async function open(): Promise<void> {
  const pages = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const mine = pages.find((one) => new URL(one.url).pathname === HOME) ?? pages[0];
  if (!mine) return void (await scope.clients.openWindow(HOME));
  const there = new URL(mine.url).pathname === HOME ? mine : await mine.navigate(HOME).catch(() => mine);
  await (there ?? mine).focus().catch(() => mine);
}
