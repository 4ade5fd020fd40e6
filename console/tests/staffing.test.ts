import { describe, expect, it } from 'vitest';
import { clockOf, lineOf, queryOf, weekdaysOf, type Asks } from '../src/lib/reports/staffing';

const asks: Asks = { day: 0, target: 80, within: 30, patience: 120, weeks: 8, people: null };
const outlook = { people: 4, in_time: 0.876, wait_s: 8.4, gives_up: 0.012 };

describe('staffing', () => {
  it('asks for people only where a number of them is named', () => {
    expect(queryOf(asks)).toEqual({ day: '0', target: '80', within: '30', patience: '120', weeks: '8' });
    expect(queryOf({ ...asks, people: 3 })?.people).toBe('3');
  });

  it('asks nothing while a field holds what cannot be', () => {
    for (const bad of [{ target: 100 }, { within: NaN }, { patience: 0 }, { weeks: 53 }, { people: 1.5 }, { people: -1 }]) {
      expect(queryOf({ ...asks, ...bad })).toBeNull();
    }
  });

  it('writes a line with and without people who will be there', () => {
    const quarter = { begins: 495, per_hour: 12, erlang: 1.25, waiting: outlook, patient: { ...outlook, people: 3 }, given: null };
    expect(clockOf(quarter.begins)).toBe('08:15');
    expect(lineOf(quarter, 'en', 'endless')).toEqual(['08:15', '12', '1.3', '4', '87.6%', '3', '1.2%']);
    const given = { ...outlook, people: 1, in_time: 0, wait_s: null };
    expect(lineOf({ ...quarter, given }, 'en', 'endless').slice(-2)).toEqual(['0%', 'endless']);
    expect(lineOf({ ...quarter, waiting: null, patient: null, erlang: null }, 'en', '').slice(2)).toEqual(['–', '–', '–', '–', '–']);
  });

  it('begins the week with Monday', () => {
    expect(weekdaysOf('en')[0]).toBe('Monday');
  });
});
