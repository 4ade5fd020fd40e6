import { expect, test } from 'vitest';
import { overOf } from '../src/lib/phone/shift';
import { unit } from './a_unit';

const ENDS = '2026-03-14T14:00:00Z';
const AT = Date.parse(ENDS);
const member = (user: string, until: string | null) => ({ user, since: '2026-03-14T06:00:00Z', until });

test('whose shift is over is asked, and nobody before it is over or who signed on without an end', () => {
  const mine = unit('u1', 'E 1', { crew: [member('cleo', ENDS), member('dora', null)] });
  expect(overOf(mine, 'cleo', AT - 1)).toBeNull();
  expect(overOf(mine, 'cleo', AT)).toEqual({ at: ENDS, busy: false, alone: false });
  expect(overOf(mine, 'dora', AT)).toBeNull();
  expect(overOf(mine, 'gus', AT)).toBeNull();
});

test('of a busy unit and of one in distress signing off is for another time', () => {
  const crew = [member('cleo', ENDS)];
  expect(overOf(unit('u1', 'E 1', { crew, status: 'on_scene', assignment: 'a1' }), 'cleo', AT)).toMatchObject({ busy: true, alone: true });
  expect(overOf(unit('u1', 'E 1', { crew, status: 'distress' }), 'cleo', AT)?.busy).toBe(true);
});
