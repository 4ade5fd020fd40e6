// Days and minutes of a site's own week, as people write them. Pure.

export const DAY = 1_440;
/** Monday to Sunday, then public holidays. */
export const DAYS = [0, 1, 2, 3, 4, 5, 6, 7] as const;
export const HOLIDAY = 7;

/** `08:05`; the next day's as `02:00 +1`. A day's end is `24:00`. */
export function clockOf(minute: number): string {
  const next = minute > DAY;
  const m = next ? minute - DAY : minute;
  return `${two(Math.floor(m / 60))}:${two(m % 60)}${next ? ' +1' : ''}`;
}

/** Minutes of what somebody typed: `8`, `0805`, `8:05`, `8.05`, `24:00`, `2:00 +1`; null where it is no time. */
export function minuteOf(text: string): number | null {
  const found = /^\s*(\d{1,2})(?:[:.h]?(\d{2}))?\s*(\+\s*1)?\s*$/.exec(text);
  if (!found) return null;
  const hours = Number(found[1]);
  const minutes = Number(found[2] ?? 0);
  if (minutes > 59 || hours * 60 + minutes > DAY) return null;
  return hours * 60 + minutes + (found[3] ? DAY : 0);
}

/** Days as runs: `[0,1,2,3,4,7]` is `Mon–Fri, holidays`. `names` are those of DAYS. */
export function daysText(days: readonly number[], names: readonly string[]): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  const runs: number[][] = [];
  for (const day of sorted) {
    const run = runs.at(-1);
    if (run && day < HOLIDAY && run.at(-1) === day - 1) run.push(day);
    else runs.push([day]);
  }
  const name = (day: number | undefined) => names[day ?? -1] ?? String(day);
  return runs
    .map((run) => (run.length > 2 ? `${name(run[0])}–${name(run.at(-1))}` : run.map(name).join(', ')))
    .join(', ');
}

/** The day, as `2026-11-23` and of the week, and the minute of it at an instant, by the clock of a zone. */
export function localMinute(at: number, zone: string): { date: string; day: number; minute: number } {
  const parts = new Map<string, string>();
  for (const { type, value } of formatter(zone).formatToParts(at)) parts.set(type, value);
  const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(parts.get('weekday') ?? '');
  const date = `${parts.get('year')}-${parts.get('month')}-${parts.get('day')}`;
  return { date, day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}

/** The day before a day, both as `2026-11-23`. */
export function dayBefore(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

const made = new Map<string, Intl.DateTimeFormat>();

function formatter(zone: string): Intl.DateTimeFormat {
  let one = made.get(zone);
  if (!one) {
    const day = { weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit' } as const;
    const form = { ...day, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
    try {
      one = new Intl.DateTimeFormat('en-GB', { ...form, timeZone: zone });
    } catch {
      one = new Intl.DateTimeFormat('en-GB', { ...form, timeZone: 'UTC' }); // a zone unknown to this browser
    }
    made.set(zone, one);
  }
  return one;
}

/** An instant as a field for date and time shows it, by the clock of a zone: `2026-11-23T08:05`. */
export function fieldOf(at: string, zone: string): string {
  const shift = offsetMs(Date.parse(at), zone);
  const local = new Date(Date.parse(at) + shift);
  return Number.isNaN(local.getTime()) ? '' : local.toISOString().slice(0, 16);
}

/** The instant of such a field. Of an hour that comes twice the first one; one that never comes is an hour later. */
export function instantOf(field: string, zone: string): string | null {
  const local = Date.parse(`${field}Z`);
  if (Number.isNaN(local)) return null;
  const day = 86_400_000;
  const offsets = [offsetMs(local - day, zone), offsetMs(local + day, zone)];
  const fits = offsets.map((offset) => local - offset).filter((at) => at + offsetMs(at, zone) === local);
  const at = fits.length > 0 ? Math.min(...fits) : local - (offsets[0] as number);
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** How far a zone's clock is ahead of UTC at an instant. */
function offsetMs(at: number, zone: string): number {
  if (Number.isNaN(at)) return 0;
  const form = { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' } as const;
  let parts: Intl.DateTimeFormatPart[];
  try {
    const one = new Intl.DateTimeFormat('en-GB', { ...form, second: '2-digit', hourCycle: 'h23', timeZone: zone });
    parts = one.formatToParts(at);
  } catch {
    return 0;
  }
  const of = (type: string) => parts.find((part) => part.type === type)?.value ?? '00';
  const text = `${of('year')}-${of('month')}-${of('day')}T${of('hour')}:${of('minute')}:${of('second')}Z`;
  return Date.parse(text) - Math.floor(at / 1000) * 1000;
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}
