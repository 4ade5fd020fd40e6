// A site as the centre tells it, for tests.
import type { Contact, SiteFile } from '../src/lib/site/types';

export function contact(id: string, order: number, name: string, more: Partial<Contact> = {}): Contact {
  return {
    id,
    order,
    name,
    role: 'holder',
    numbers: [{ number: `01632 960 10${order}`, label: '', texts: false }],
    language: '',
    lists: [],
    authority: [],
    hours: [],
    absences: [],
    panel_user: '',
    has_word: false,
    has_duress: false,
    ...more,
  };
}

export function file(more: Partial<SiteFile> = {}): SiteFile {
  return {
    id: 's1',
    version: 4,
    account: {
      id: 's1',
      account: '2002',
      prefix: null,
      receiver: 'panels',
      name: 'Corner Shop Averill',
      address: '41 Market Street',
      latitude: 54.07,
      longitude: -0.21,
      time_zone: 'Europe/London',
      language: 'en',
      tenant: '',
      type: 'shop',
      keyed: false,
      supervision_s: null,
      test_s: 86_400,
      quirks: [],
      window: 'standard',
      care: false,
      audible_panic: false,
      high_risk: false,
      line_cut: false,
      cancel_closes: false,
      verify_fire: 'none',
      building: '',
    },
    details: {
      parent: null,
      notes: '',
      hazards: '',
      access: '',
      has_access_code: false,
      risk: 'none',
      installer: '',
      service_contract: '',
      premises: [],
      call_back: false,
    },
    areas: [{ number: '1', name: 'Shop', sub_account: null }],
    zones: [
      { number: '004', area: '1', name: 'Back door', hazard: 'intrusion', outdoor: false },
      { number: '007', area: null, name: 'Smoke, store room', hazard: 'fire', outdoor: false },
    ],
    paths: [],
    codes: [],
    schedules: [],
    contacts: [contact('c1', 1, 'A. Averill-Pym'), contact('c2', 2, 'B. Toome')],
    agencies: [],
    confirmed_at: null,
    confirmed_by: null,
    ...more,
  };
}
