// Line drawings on a field of 24 by 24, drawn for this console.

export const ICONS = {
  fire: 'M12 3c.6 3.200 4.900 5.400 4.900 10.200A4.900 4.900 0 0 1 12 21a4.900 4.900 0 0 1-4.900-7.300c.5 1 1.200 1.600 2 1.900C8.700 11 10.300 7 12 3z',
  medical: 'M9.500 4h5v5.500H20v5h-5.500V20h-5v-5.500H4v-5h5.500z',
  rescue: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM6.500 6.500l3.300 3.300M14.200 14.200l3.300 3.300M17.500 6.500l-3.300 3.300M9.800 14.200l-3.300 3.300',
  traffic: 'M5 16v-4l2-5h10l2 5v4M5 12h14M4 16h16v2H4zM7 18v2M17 18v2',
  person: 'M12 4a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM5 20c0-4 3-6.500 7-6.500s7 2.500 7 6.500',
  property: 'M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3M12 14.500v2',
  environment: 'M12 3.500c3 4 5.500 6.800 5.500 10.500a5.500 5.500 0 0 1-11 0C6.500 10.300 9 7.500 12 3.500z',
  technical: 'M14.500 6.500a4 4 0 0 0-5.300 5.100L4 16.800 7.200 20l5.200-5.200a4 4 0 0 0 5.100-5.300l-2.600 2.600-2.500-.5-.5-2.500z',
  admin: 'M6 5h12v16H6zM9 3h6v4H9zM9 11h6M9 15h6',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM12 8v4.500l3 2',
  pause: 'M9 5v14M15 5v14',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  alert: 'M12 4l9 16H3zM12 10v4.500M12 17v.5',
  link: 'M5 12.500l4.500 4.500L19 7.500',
  broken: 'M6 6l12 12M18 6L6 18',
  sync: 'M19 12a7 7 0 0 1-12.500 4.300M5 12a7 7 0 0 1 12.500-4.300M17.500 4v4h-4M6.500 20v-4h4',
  volume: 'M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM15 9a4 4 0 0 1 0 6M17.500 6.500a7.500 7.500 0 0 1 0 11',
  mute: 'M4 9.500v5h3.500L12 18.500v-13L7.500 9.500zM15.500 9.500l5 5M20.500 9.500l-5 5',
  silent: 'M12 4a5.500 5.500 0 0 0-5.500 5.500V14L5 16.500h14L17.500 14V9.500A5.500 5.500 0 0 0 12 4zM10 19.500h4M4 4l16 16',
  bell: 'M12 4a5.500 5.500 0 0 0-5.500 5.500V14L5 16.500h14L17.500 14V9.500A5.500 5.500 0 0 0 12 4zM10 19.500h4',
  back: 'M14.500 5L7.500 12l7 7',
  note: 'M5 19.500l1-4.500L16 5l3 3L9 18.500zM14 7l3 3',
  restore: 'M5 12a7 7 0 1 0 2.300-5.200M5 4v4.500h4.500',
  signal: 'M12 11v9M8.500 14.500a5 5 0 1 1 7 0M6 17a8.500 8.500 0 1 1 12 0',
  up: 'M12 19V5M6 11l6-6 6 6',
  swap: 'M5 9h13M14 5l4 4-4 4M19 16H6M10 12l-4 4 4 4',
  release: 'M12 5v10M7.500 10.500L12 15l4.500-4.500M5 19h14',
  tag: 'M4 4h7.500L20 12.500 12.500 20 4 11.500zM8 8v.1',
  menu: 'M4 7h16M4 12h16M4 17h16',
} as const;

export type IconName = keyof typeof ICONS;

/** The sign of a group of kinds. */
export function iconOfGroup(group: string): IconName {
  const icons: Record<string, IconName> = {
    FIRE: 'fire',
    MED: 'medical',
    RES: 'rescue',
    TRF: 'traffic',
    PERS: 'person',
    PROP: 'property',
    ENV: 'environment',
    TECH: 'technical',
  };
  return icons[group.split('.')[0] ?? ''] ?? 'admin';
}
