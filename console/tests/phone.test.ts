// What a phone says without a net: nothing is lost, nothing counts twice, and the order stays, whatever the line does.

import { beforeEach, describe, expect, test } from 'vitest';
import { ApiError, Unreachable } from '../src/lib/api';
import { KEPT_MS, Outgoing, type Dropped, type Saying } from '../src/lib/phone/outgoing';
import { MOVING_MS, STANDING_MS, UNDER_WAY_MS, wants } from '../src/lib/phone/position';
import { stepsFrom } from '../src/lib/phone/steps';
import type { Shelf } from '../src/lib/unsent';
import { Time } from './world';

class Drawer implements Shelf<Saying> {
  readonly kept = new Map<string, Saying>();
  all = async (): Promise<Saying[]> => [...this.kept.values()];
  put = async (saying: Saying): Promise<void> => void this.kept.set(saying.key, saying);
  drop = async (key: string): Promise<void> => void this.kept.delete(key);
  clear = async (): Promise<void> => this.kept.clear();
}

type Fate = 'taken' | 'lost before' | 'lost after' | 'busy' | 'over';

/** A centre that takes each key once, behind a line that does to each request what is next in its list. */
class Far {
  readonly taken: string[] = [];
  asked = 0;

  constructor(public fates: Fate[]) {}

  post = async (_: string, body: unknown, headers: Record<string, string>): Promise<unknown> => {
    this.asked += 1;
    const key = headers['Idempotency-Key'] as string;
    const fate = this.fates.shift() ?? 'taken';
    if (fate === 'lost before') throw new Unreachable('no net');
    if (fate === 'busy') throw new ApiError({ title: 'Too many', status: 503 });
    if (fate === 'over') throw new ApiError({ title: 'E1 is not sent there any more', status: 409 });
    if (!this.taken.includes(key)) this.taken.push(key);
    if (fate === 'lost after') throw new Unreachable('the answer was lost');
    return body;
  };
}

let time: Time;
let drawer: Drawer;
let waiting: readonly Saying[];
let dropped: Dropped[];

function phone(far: Far, user = 'cleo', clock = () => 0): Outgoing {
  return new Outgoing(user, drawer, far.post, time, clock, (now, one) => {
    waiting = now;
    if (one) dropped.push(one);
  });
}

async function speak(one: Outgoing, ...keys: string[]): Promise<void> {
  for (const key of keys) await one.say(key, 'status', '/units/u1/status', { status: key });
}

beforeEach(() => {
  time = new Time();
  drawer = new Drawer();
  waiting = [];
  dropped = [];
});

describe('without a net', () => {
  test.each<Fate[][]>([
    [[]],
    [['lost before', 'lost before', 'lost before']],
    [['lost after']],
    [['lost after', 'lost after', 'lost after', 'lost after', 'lost after']],
    [['lost before', 'lost after', 'busy', 'lost after', 'lost before']],
  ])('everything arrives once and in its order, whatever is lost: %j', async (fates) => {
    const far = new Far([...fates]);
    const one = phone(far);
    await speak(one, 'accepted', 'en_route', 'on_scene');
    await time.pass(120_000);
    expect(far.taken).toEqual(['accepted', 'en_route', 'on_scene']);
    expect(waiting).toEqual([]);
    expect(drawer.kept.size).toBe(0);
    expect(far.asked).toBe(3 + fates.length);
  });

  test('every mixture of four losses keeps order and loses nothing', async () => {
    const kinds: Fate[] = ['taken', 'lost before', 'lost after', 'busy'];
    for (let n = 0; n < kinds.length ** 4; n++) {
      const fates = [0, 1, 2, 3].map((place) => kinds[Math.floor(n / kinds.length ** place) % kinds.length] as Fate);
      time = new Time();
      drawer = new Drawer();
      const far = new Far(fates);
      await speak(phone(far), 'a', 'b');
      await time.pass(30_000);
      expect([n, far.taken, drawer.kept.size]).toEqual([n, ['a', 'b'], 0]);
    }
  });

  test('it is shown as unsent, and kept over a page that is loaded anew', async () => {
    const dead = new Far(Array<Fate>(100).fill('lost before'));
    const before = phone(dead);
    await speak(before, 'on_scene', 'available_mobile');
    await time.pass(1_000);
    expect(waiting.map(({ key }) => key)).toEqual(['on_scene', 'available_mobile']);
    before.stop();
    const far = new Far([]);
    await phone(far).start();
    await time.pass(1_000);
    expect(far.taken).toEqual(['on_scene', 'available_mobile']);
  });

  test('what is said while the first waits goes behind it', async () => {
    const far = new Far(['lost before', 'lost before']);
    const one = phone(far);
    await speak(one, 'first');
    await time.pass(500);
    await speak(one, 'second');
    await time.pass(60_000);
    expect(far.taken).toEqual(['first', 'second']);
  });
});

test('what the centre does not take is dropped with its word, and the next one goes', async () => {
  const far = new Far(['over']);
  await speak(phone(far), 'on_scene', 'available_mobile');
  await time.pass(1_000);
  expect(dropped.map(({ saying, why }) => [saying.key, why])).toEqual([['on_scene', 'E1 is not sent there any more']]);
  expect(far.taken).toEqual(['available_mobile']);
});

test('nobody sends what another has said on the same phone, nor what is half a day old', async () => {
  const dead = new Far(Array<Fate>(100).fill('lost before'));
  const hers = phone(dead, 'cleo');
  await speak(hers, 'accepted');
  hers.stop();
  const far = new Far([]);
  await phone(far, 'dora').start();
  await time.pass(1_000);
  expect([far.taken, drawer.kept.size]).toEqual([[], 0]);
  const again = phone(dead, 'cleo');
  await speak(again, 'accepted');
  again.stop();
  await phone(far, 'cleo', () => KEPT_MS + 1).start();
  await time.pass(1_000);
  expect([far.taken, drawer.kept.size]).toEqual([[], 0]);
});

test('signing out erases it', async () => {
  const one = phone(new Far(Array<Fate>(100).fill('lost before')));
  await speak(one, 'accepted');
  await one.erase();
  expect([waiting, drawer.kept.size]).toEqual([[], 0]);
});

describe('the next steps', () => {
  test('are few, and those of the unit', () => {
    expect(stepsFrom('offered', 'fire', true)).toEqual(['accepted', 'refused']);
    expect(stepsFrom('on_scene', 'guard', true)).toEqual(['available_mobile']);
    expect(stepsFrom('on_scene', 'ems', true)).toEqual(['patient_contact', 'available_mobile']);
    expect(stepsFrom('available_station', 'fire', false)).toEqual(['available_mobile', 'out_of_service']);
    expect(stepsFrom('distress', 'fire', true)).toEqual([]);
  });
});

describe('a position is said', () => {
  const at = (ms: number, north_m = 0) => ({ latitude: 54 + north_m / 111_320, longitude: 0, at: ms });

  test('at once, then as often as the phone moves, and rarely while it stands', () => {
    expect(wants(null, at(0), 'available_mobile')).toBe(true);
    expect(wants(at(0), at(MOVING_MS, 49), 'available_mobile')).toBe(false);
    expect(wants(at(0), at(MOVING_MS, 51), 'available_mobile')).toBe(true);
    expect(wants(at(0), at(MOVING_MS - 1, 500), 'available_mobile')).toBe(false);
    expect(wants(at(0), at(UNDER_WAY_MS, 26), 'en_route')).toBe(true);
    expect(wants(at(0), at(STANDING_MS - 1), 'en_route')).toBe(false);
    expect(wants(at(0), at(STANDING_MS), 'available_station')).toBe(true);
  });
});
