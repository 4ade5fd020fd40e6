import { describe, expect, it } from 'vitest';
import { body, chosen, dayAfter, daysLeft, empty, missing, standingOf, type Agreement } from '../src/lib/agreements/agreement';

const NOW = Date.parse('2026-03-14T02:14:00Z');
const ONE: Agreement = {
  id: 'a1',
  partner: 'Water board',
  kinds: ['ENV'],
  fields: ['kind'],
  why: 'They close the valve.',
  begins: '2026-03-01T00:00:00Z',
  ends: '2026-12-01T00:00:00Z',
  medical: false,
  person: false,
  tenant: null,
  made_by: 'ada',
  ended_at: null,
  ended_by: null,
  holds: true,
};

describe('an agreement', () => {
  it('says when it ends soon, and when it is over', () => {
    expect(standingOf(ONE, NOW)).toBe('holds');
    expect(standingOf({ ...ONE, ends: '2026-04-01T00:00:00Z' }, NOW)).toBe('soon');
    expect(daysLeft({ ...ONE, ends: '2026-03-15T00:00:00Z' }, NOW)).toBe(1);
    expect(standingOf({ ...ONE, ends: '2026-03-14T02:14:00Z' }, NOW)).toBe('over');
    expect(standingOf({ ...ONE, begins: '2026-03-15T00:00:00Z' }, NOW)).toBe('later');
    expect(standingOf({ ...ONE, ended_at: '2026-03-13T00:00:00Z' }, NOW)).toBe('ended');
  });

  it('takes all of a group in place of its kinds', () => {
    expect(chosen(['FIRE.ALARM.AUTO', 'TECH.TAMPER'], 'FIRE', true)).toEqual(['FIRE', 'TECH.TAMPER']);
    expect(chosen(['FIRE', 'TECH.TAMPER'], 'FIRE', false)).toEqual(['TECH.TAMPER']);
  });

  it('lets no medical kind and none about persons go without its switch', () => {
    const draft = { ...empty(), partner: 'Nurses', why: 'They come.', kinds: ['MED', 'PERS.HOLDUP', 'ENV'], medical: true, until: '2026-04-01' };
    expect(body(draft).kinds).toEqual(['MED', 'ENV']);
    expect(missing(draft)).toEqual(['fields']);
    expect(missing(empty())).toEqual(['partner', 'kinds', 'fields', 'why', 'until']);
  });

  it('lasts twelve months at most, to a day that there is', () => {
    expect(dayAfter(new Date(2026, 2, 14), 12)).toBe('2027-03-13');
    expect(dayAfter(new Date(2024, 1, 29), 12)).toBe('2025-02-27');
    expect(dayAfter(new Date(2026, 0, 31), 1)).toBe('2026-02-27');
  });
});
