// Every address of the console: which page it is, whose right it needs, and where its link stands. Pure.

import type { Right } from './rights';

export type PageName =
  | 'desk'
  | 'sites'
  | 'site'
  | 'site-edit'
  | 'site-new'
  | 'import'
  | 'regions'
  | 'plans'
  | 'plan-new'
  | 'plan-edit'
  | 'plan-try'
  | 'devices'
  | 'device-new'
  | 'device-listen'
  | 'device'
  | 'mappings'
  | 'agreements'
  | 'fleet'
  | 'my-site'
  | 'on-test'
  | 'supervision'
  | 'floor'
  | 'wall'
  | 'closed'
  | 'site-closed'
  | 'reports'
  | 'staffing'
  | 'map'
  | 'dispatch'
  | 'storm'
  | 'handover'
  | 'training'
  | 'report'
  | 'call'
  | 'me'
  | 'decode'
  | 'overview';

export interface Route {
  page: PageName;
  /** `:id` stands for one part of the address. */
  path: string;
  right: Right | null;
  /** Where its link stands: in the first row, or in the second one that is shown on pages of the group. */
  link?: 'top' | 'sites';
  /** The group that an address without a link of its own belongs to. */
  group?: 'sites';
}

export const ROUTES: readonly Route[] = [
  { page: 'desk', path: '/', right: 'queue', link: 'top' },
  { page: 'my-site', path: '/my-site', right: 'own site', link: 'top' },
  { page: 'sites', path: '/sites', right: 'sites', link: 'sites', group: 'sites' },
  { page: 'site-new', path: '/sites/new', right: 'add sites', link: 'sites', group: 'sites' },
  { page: 'import', path: '/import', right: 'import', link: 'sites', group: 'sites' },
  { page: 'regions', path: '/regions', right: 'edit sites', link: 'sites', group: 'sites' },
  { page: 'plans', path: '/plans', right: 'silence', link: 'sites', group: 'sites' },
  { page: 'plan-try', path: '/plans/try', right: 'plans', link: 'sites', group: 'sites' },
  { page: 'plan-new', path: '/plans/new', right: 'plans', group: 'sites' },
  { page: 'plan-edit', path: '/plans/:id/edit', right: 'silence', group: 'sites' },
  { page: 'devices', path: '/devices', right: 'devices', link: 'sites', group: 'sites' },
  { page: 'device-new', path: '/devices/new', right: 'edit devices', group: 'sites' },
  { page: 'device-listen', path: '/devices/listen', right: 'edit devices', group: 'sites' },
  { page: 'device', path: '/devices/:id', right: 'devices', group: 'sites' },
  { page: 'mappings', path: '/mappings', right: 'devices', link: 'sites', group: 'sites' },
  { page: 'agreements', path: '/agreements', right: 'agreements', link: 'sites', group: 'sites' },
  { page: 'fleet', path: '/units/manage', right: 'rota', link: 'sites', group: 'sites' },
  { page: 'site-edit', path: '/sites/:id/edit', right: 'edit sites', group: 'sites' },
  { page: 'site-closed', path: '/sites/:id/closed', right: 'archive', group: 'sites' },
  { page: 'site', path: '/sites/:id', right: 'sites', group: 'sites' },
  { page: 'on-test', path: '/on-test', right: 'on test', link: 'top' },
  { page: 'supervision', path: '/supervision', right: 'silence', link: 'top' },
  { page: 'storm', path: '/storm', right: 'silence', link: 'top' },
  { page: 'floor', path: '/floor', right: 'floor', link: 'top' },
  { page: 'wall', path: '/wall', right: 'wall' },
  { page: 'handover', path: '/handover', right: 'act', link: 'top' },
  { page: 'training', path: '/training', right: 'act' },
  { page: 'closed', path: '/closed', right: 'archive', link: 'top' },
  { page: 'reports', path: '/reports', right: 'archive', link: 'top' },
  { page: 'staffing', path: '/staffing', right: 'floor' },
  { page: 'dispatch', path: '/dispatch', right: 'dispatch', link: 'top' },
  { page: 'map', path: '/map', right: 'queue', link: 'top' },
  { page: 'me', path: '/me', right: 'on duty', link: 'top' },
  { page: 'report', path: '/report', right: 'report', link: 'top' },
  { page: 'call', path: '/call', right: 'call', link: 'top' },
  { page: 'decode', path: '/decode', right: null, link: 'top' },
  { page: 'overview', path: '/overview', right: null, link: 'top' },
];

export interface Where {
  page: PageName;
  /** What `:id` stands for; null where the address has none. */
  id: string | null;
}

export function routeOf(page: PageName): Route {
  return ROUTES.find((route) => route.page === page) as Route;
}

/** The page of an address; one that is none leads to the queue. */
export function placeAt(path: string): Where {
  const parts = path.split('/').filter(Boolean);
  for (const route of ROUTES) {
    const wanted = route.path.split('/').filter(Boolean);
    if (wanted.length !== parts.length) continue;
    if (!wanted.every((part, n) => part === ':id' || part === parts[n])) continue;
    const at = wanted.indexOf(':id');
    return { page: route.page, id: at < 0 ? null : unescaped(parts[at] as string) };
  }
  return { page: 'desk', id: null };
}

export function pathOf(page: PageName, id: string | null = null): string {
  return routeOf(page).path.replace(':id', encodeURIComponent(id ?? ''));
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray per cent sign
  }
}
