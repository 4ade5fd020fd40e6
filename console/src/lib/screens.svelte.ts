// The screens beside the desk. Each is a script of its own, so that the desk is there at once; when it is at rest all
// of them are fetched, so that a line that dies, or a centre that is upgraded, takes no page away from who is at work.

import type { Component } from 'svelte';
import type { PageName } from './routes';

export type ScreenName = Exclude<PageName, 'desk'> | 'technician' | 'setup';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each screen has props of its own; App.svelte gives them
type Screen = Component<any>;

const FETCH: Record<ScreenName, () => Promise<{ default: Screen }>> = {
  call: () => import('../screens/Call.svelte'),
  me: () => import('../screens/Me.svelte'),
  report: () => import('../screens/Report.svelte'),
  sites: () => import('../screens/Sites.svelte'),
  site: () => import('../screens/Site.svelte'),
  'site-edit': () => import('../screens/SiteEdit.svelte'),
  'site-new': () => import('../screens/SiteNew.svelte'),
  import: () => import('../screens/Import.svelte'),
  regions: () => import('../screens/Regions.svelte'),
  plans: () => import('../screens/Plans.svelte'),
  'plan-try': () => import('../screens/PlanTry.svelte'),
  'plan-new': () => import('../screens/PlanEdit.svelte'),
  'plan-edit': () => import('../screens/PlanEdit.svelte'),
  devices: () => import('../screens/Devices.svelte'),
  'device-new': () => import('../screens/Device.svelte'),
  'device-listen': () => import('../screens/DeviceListen.svelte'),
  device: () => import('../screens/Device.svelte'),
  mappings: () => import('../screens/Mappings.svelte'),
  agreements: () => import('../screens/Agreements.svelte'),
  fleet: () => import('../screens/Fleet.svelte'),
  'my-site': () => import('../screens/MySite.svelte'),
  'on-test': () => import('../screens/OnTest.svelte'),
  supervision: () => import('../screens/Supervision.svelte'),
  floor: () => import('../screens/Floor.svelte'),
  closed: () => import('../screens/Closed.svelte'),
  'site-closed': () => import('../screens/Closed.svelte'),
  dispatch: () => import('../screens/Dispatch.svelte'),
  map: () => import('../screens/Map.svelte'),
  reports: () => import('../screens/Reports.svelte'),
  staffing: () => import('../screens/Staffing.svelte'),
  storm: () => import('../screens/Storm.svelte'),
  handover: () => import('../screens/Handover.svelte'),
  training: () => import('../screens/Training.svelte'),
  wall: () => import('../screens/Wall.svelte'),
  decode: () => import('../screens/Decode.svelte'),
  overview: () => import('../screens/Overview.svelte'),
  technician: () => import('../screens/Technician.svelte'),
  setup: () => import('../screens/Setup.svelte'),
};

const OFTEN: readonly ScreenName[] = ['handover', 'call', 'sites', 'site', 'on-test', 'supervision', 'site-edit', 'overview'];

class Screens {
  private here = $state.raw<Partial<Record<ScreenName, Screen>>>({});
  private missed = $state.raw<ReadonlySet<ScreenName>>(new Set());
  private begun = false;

  get(name: ScreenName): Screen | undefined {
    return this.here[name];
  }

  /** It could not be fetched: the line is down, or the centre has another version by now. */
  failed(name: ScreenName): boolean {
    return this.missed.has(name);
  }

  async want(name: ScreenName): Promise<void> {
    if (this.here[name]) return;
    try {
      const screen = (await FETCH[name]()).default;
      this.here = { ...this.here, [name]: screen };
      if (this.missed.has(name)) this.missed = new Set([...this.missed].filter((one) => one !== name));
    } catch {
      this.missed = new Set([...this.missed, name]);
    }
  }

  /** Fetch whatever these pages may need, one after the other, what is used often first. */
  async wantAll(names: readonly ScreenName[]): Promise<void> {
    if (this.begun) return;
    this.begun = true;
    for (const name of [...OFTEN.filter((one) => names.includes(one)), ...names]) await this.want(name);
  }
}

export const screens = new Screens();
