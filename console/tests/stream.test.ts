import { beforeEach, describe, expect, test } from 'vitest';
import { Browser, Centre, Desk, Time } from './world';

let time: Time;
let centre: Centre;

beforeEach(() => {
  time = new Time();
  centre = new Centre(time);
});

const listed = (of: Centre) =>
  [...of.rows.values()].filter((one) => one.state !== 'closed').map((one) => `${one.id}@${one.updated}`);

describe('a page that opens', () => {
  test('shows what is open, then what happens', async () => {
    centre.happens('1');
    const desk = new Desk(centre, time);
    await time.pass(2_000);
    centre.happens('2');
    await time.pass(100);
    expect(desk.shown).toEqual(['1@1', '2@2']);
    expect(desk.states).toEqual(['catching_up', 'connected']);
  });

  test('is stale after ten seconds without a centre', async () => {
    centre.reachable = false;
    const desk = new Desk(centre, time);
    await time.pass(9_000);
    expect(desk.state).not.toBe('stale');
    await time.pass(1_500);
    expect(desk.state).toBe('stale');
  });

  test('is stale when the stream opens but the list does not come', async () => {
    const desk = new Desk(centre, time);
    centre.list = () => Promise.reject(new Error('503'));
    await time.pass(11_000);
    expect(desk.state).toBe('stale');
  });
});

describe('a lost connection', () => {
  test('misses nothing and repeats nothing', async () => {
    centre.happens('1');
    const desk = new Desk(centre, time);
    await time.pass(11_000);
    centre.happens('2');
    await time.pass(100);
    centre.drop();
    centre.reachable = false;
    centre.happens('3');
    centre.happens('1', { state: 'taken', taken_by: 'anna' });
    centre.happens('2', { state: 'closed' });
    await time.pass(4_000);
    expect(desk.state).toBe('catching_up');
    centre.reachable = true;
    await time.pass(5_000);
    expect(desk.state).toBe('connected');
    expect(desk.shown).toEqual(['1@4', '3@3']);
    expect(desk.told).toEqual(['1@1', '2@2', '3@3', '1@4', '2@5']);
    expect(centre.opened.at(-1)).toBe('2');
    expect(desk.loads).toBe(1);
  });

  test('of ten seconds is stale, and whole again afterwards', async () => {
    const desk = new Desk(centre, time);
    await time.pass(11_000);
    centre.drop();
    centre.reachable = false;
    await time.pass(9_800);
    expect(desk.state).toBe('catching_up');
    await time.pass(500);
    expect(desk.state).toBe('stale');
    centre.happens('1');
    centre.reachable = true;
    await time.pass(8_000);
    expect(desk.state).toBe('connected');
    expect(desk.told).toEqual(['1@1']);
  });

  test('that nobody was told of is noticed by the silence', async () => {
    const desk = new Desk(centre, time);
    await time.pass(11_000);
    centre.cut();
    centre.reachable = false;
    centre.happens('1');
    await time.pass(13_000);
    expect(desk.state).toBe('stale');
    centre.reachable = true;
    await time.pass(6_000);
    expect(desk.state).toBe('connected');
    expect(desk.shown).toEqual(['1@1']);
  });

  test('is not hidden by a door that opens and says nothing', async () => {
    const desk = new Desk(centre, time);
    await time.pass(11_000);
    centre.drop();
    for (let n = 0; n < 12; n++) {
      await time.pass(1_000);
      centre.drop();
    }
    expect(desk.states).toContain('stale');
  });

  test('before the first id is followed by a new list', async () => {
    const desk = new Desk(centre, time);
    await time.pass(1_000);
    centre.drop();
    centre.happens('1');
    await time.pass(2_000);
    expect(centre.opened).toEqual([null, null]);
    expect(desk.shown).toEqual(['1@1']);
  });

  test('is tried again at most every five seconds, and soon at first', async () => {
    new Desk(centre, time);
    await time.pass(11_000);
    centre.drop();
    centre.reachable = false;
    const before = centre.opened.length;
    await time.pass(1_000);
    expect(centre.opened.length - before).toBeGreaterThanOrEqual(2);
    await time.pass(59_000);
    expect(centre.opened.length - before).toBeLessThan(20);
    expect(centre.opened.length - before).toBeGreaterThan(11);
  });
});

test('a quiet night stays connected', async () => {
  const desk = new Desk(centre, time);
  await time.pass(120_000);
  expect(desk.states).toEqual(['catching_up', 'connected']);
  expect(centre.opened).toHaveLength(1);
});

test('a reset loads the queue anew', async () => {
  centre.happens('1');
  const desk = new Desk(centre, time);
  await time.pass(11_000);
  centre.drop();
  centre.happens('1', { state: 'closed' });
  centre.happens('2');
  centre.knownSince = 99; // the centre was restored, our id means nothing to it
  await time.pass(3_000);
  expect(desk.loads).toBe(2);
  expect(desk.shown).toEqual(listed(centre));
  expect(desk.state).toBe('connected');
});

test('a session that ended says so and stops asking', async () => {
  const desk = new Desk(centre, time);
  await time.pass(1_000);
  centre.signedIn = false;
  centre.drop();
  await time.pass(3_000);
  expect(desk.signedOut).toBe(true);
  const asked = centre.opened.length;
  await time.pass(30_000);
  expect(centre.opened).toHaveLength(asked);
});

describe('the tabs of one browser', () => {
  test('share one stream', async () => {
    const browser = new Browser();
    const [first, second] = [new Desk(centre, time, browser), new Desk(centre, time, browser)];
    await time.pass(2_000);
    centre.happens('1');
    await time.pass(100);
    expect(centre.streams).toBe(1);
    expect([first.state, second.state]).toEqual(['connected', 'connected']);
    expect(second.shown).toEqual(['1@1']);
  });

  test('go on where the one that led was last heard', async () => {
    const browser = new Browser();
    const [first, second] = [new Desk(centre, time, browser), new Desk(centre, time, browser)];
    await time.pass(2_000);
    centre.happens('1');
    await time.pass(100);
    first.stream.stop();
    centre.happens('2');
    await time.pass(2_000);
    expect(centre.opened.at(-1)).toBe('1');
    expect(second.shown).toEqual(['1@1', '2@2']);
    expect(second.told).toEqual(['1@1', '2@2']);
  });

  test('miss nothing when the one that led never heard an id', async () => {
    const browser = new Browser();
    const [first, second] = [new Desk(centre, time, browser), new Desk(centre, time, browser)];
    await time.pass(2_000);
    first.stream.stop();
    centre.happens('1');
    await time.pass(2_000);
    expect(second.shown).toEqual(['1@1']);
  });

  test('open a stream of their own when the one that leads falls silent', async () => {
    const browser = new Browser();
    new Desk(centre, time, browser);
    const second = new Desk(centre, time, browser);
    await time.pass(11_000);
    centre.cut(); // the leading tab hears nothing any more, and is too dead to notice
    const frozen = browser as unknown as { carry: () => void };
    frozen.carry = () => undefined;
    centre.happens('1');
    await time.pass(16_000);
    expect(second.shown).toEqual(['1@1']);
    expect(second.state).toBe('connected');
  });

  test('all learn that the session ended', async () => {
    const browser = new Browser();
    const [first, second] = [new Desk(centre, time, browser), new Desk(centre, time, browser)];
    await time.pass(1_000);
    centre.signedIn = false;
    centre.drop();
    await time.pass(2_000);
    expect([first.signedOut, second.signedOut]).toEqual([true, true]);
  });
});
