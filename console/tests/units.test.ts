import { describe, expect, it } from 'vitest';
import { Api } from '../src/lib/api';
import { Units } from '../src/lib/units/units.svelte';
import { unit } from './a_unit';

describe('units', () => {
  it('stand in the order in which people count call signs, and one that changes stays in its place', () => {
    const units = new Units(new Api(), 'cleo');
    for (const one of [unit('c', 'E10'), unit('a', 'E2'), unit('b', 'M1')]) units.hear(one);
    units.hear(unit('c', 'E10', { status: 'en_route' }));
    expect(units.all.map((one) => one.call_sign)).toEqual(['E2', 'E10', 'M1']);
    expect(units.byId.get('c')?.status).toBe('en_route');
  });

  it('know which one is mine, and who is at an incident', () => {
    const units = new Units(new Api(), 'cleo');
    units.hear(unit('a', 'E1', { crew: [{ user: 'cleo', since: '', until: null }], incident: 'i1' }));
    units.hear(unit('b', 'E2', { incident: 'i2' }));
    expect(units.mine?.call_sign).toBe('E1');
    expect(units.at('i2').map((one) => one.call_sign)).toEqual(['E2']);
  });
});
