// A duty report on its way: one under one key, its picture after it, what is unsent is shown, what was refused is said.

import { describe, expect, it } from 'vitest';
import { ApiError, Unreachable, type Api } from '../src/lib/api';
import { ReportBox } from '../src/lib/report/box.svelte';
import { answered, codeOf, counted, likeliest, next, refused, takesPictures, type Draft } from '../src/lib/report/draft';
import type { Kind } from '../src/lib/types';
import type { Timers } from '../src/lib/timers';
import type { Shelf } from '../src/lib/unsent';

const AT = Date.parse('2026-03-14T02:14:00Z');
const DRAFT: Draft = {
  key: 'k1',
  user: 'cleo',
  at: AT,
  kind: 'FIRE.WASTE',
  place: { text: 'yard' },
  note: ' bins ',
  picture: new Blob(['x']),
  signal: null,
  refused: null,
};
const kind = (code: string) => ({ code, label: code, methods: ['duty'] }) as unknown as Kind;

describe('a draft', () => {
  it('asks for the report first and for its picture behind it, and then for nothing', () => {
    expect(next(DRAFT)).toMatchObject({
      path: '/reports',
      key: 'k1',
      json: { kind: 'FIRE.WASTE', place: { text: 'yard' }, note: 'bins', occurred_at: '2026-03-14T02:14:00.000Z' },
    });
    const kept = answered(DRAFT, { signal: '17' });
    expect(next(kept)).toMatchObject({ path: '/reports/17/pictures', key: 'k1-p', blob: DRAFT.picture });
    expect(next(answered(kept, {}))).toBeNull();
  });

  it('that is a picture of a crew asks for that alone, and for nothing behind it', () => {
    const picture: Draft = { ...DRAFT, kind: 'FIRE.STRUCT', incident: 'i12' };
    expect(next(picture)).toMatchObject({ path: '/incidents/i12/pictures', key: 'k1', json: null, blob: DRAFT.picture });
    expect(next(answered(picture, { signal: '17' }))).toBeNull();
    expect(answered(picture, {}).signal).toBeNull();
    expect(refused(picture, 'too large').picture).toBeNull();
  });

  it('that was refused is not sent again', () => {
    expect(next(refused(DRAFT, 'no such site'))).toBeNull();
    expect(refused(answered(DRAFT, { signal: '17' }), 'too large').picture).toBeNull();
  });

  it('of what is about a person takes no picture', () => {
    expect(['MED.FALL', 'PERS.ASSAULT', 'FIRE.STRUCT', 'PERSONAL'].map(takesPictures)).toEqual([false, false, true, true]);
  });
});

describe('the kinds that are offered first', () => {
  const listed = ['MED.FALL', 'FIRE.SMOKE', 'PROP.UNSECURED', 'FIRE.STRUCT', 'ADM.INFO'].map(kind);
  const order = (...more: [string | null, number, Record<string, number>]) => likeliest(listed, ...more).map((one) => one.code);

  it('are those of the service, by night those of the night, and what was reported here before', () => {
    expect(order('fire', 12, {})).toEqual(['FIRE.STRUCT', 'FIRE.SMOKE', 'MED.FALL', 'PROP.UNSECURED', 'ADM.INFO']);
    expect(order('care', 23, {})[0]).toBe('MED.FALL');
    expect(order(null, 23, {})[0]).toBe('PROP.UNSECURED');
    expect(order('fire', 12, counted(counted({}, 'ADM.INFO'), 'ADM.INFO'))[0]).toBe('ADM.INFO');
  });
});

it('reads a check point’s code from a plate, a tag and an address', () => {
  expect([' A-17 ', 'belfry:A-17', 'https://centre.example/report?x=1&code=A%2D17'].map(codeOf)).toEqual(['A-17', 'A-17', 'A-17']);
});

class Memory implements Shelf<Draft> {
  kept = new Map<string, Draft>();
  all = () => Promise.resolve([...this.kept.values()]);
  put = (draft: Draft) => Promise.resolve(void this.kept.set(draft.key, draft));
  drop = (key: string) => Promise.resolve(void this.kept.delete(key));
  clear = () => Promise.resolve(this.kept.clear());
}

function box(drawer: Memory, answers: (() => unknown)[], user = 'cleo') {
  const asked: string[] = [];
  const say = (path: string, _: unknown, headers: Record<string, string>) => {
    asked.push(`${path} ${headers['Idempotency-Key']}`);
    return Promise.resolve().then(() => answers.shift()?.());
  };
  const timers = { sleep: () => Promise.resolve() } as unknown as Timers;
  return { asked, box: new ReportBox(user, { post: say, upload: say } as unknown as Api, drawer, timers, () => AT) };
}

const fails = (error: Error) => () => {
  throw error;
};
const refusal = (status: number, type: string) => fails(new ApiError({ title: 'no', status, type }));

async function drained(one: ReportBox): Promise<void> {
  for (let n = 0; n < 100; n++) await Promise.resolve();
  expect(one.unsent.filter((draft) => draft.refused === null)).toEqual([]);
}

describe('the box of a phone', () => {
  it('sends through a bad net under the same keys, and forgets what is kept', async () => {
    const drawer = new Memory();
    drawer.kept.set('k1', DRAFT);
    const answers = [fails(new Unreachable()), refusal(503, 'x'), () => ({ signal: '9' }), refusal(409, 'belfry:undecided'), () => ({})];
    const { asked, box: one } = box(drawer, answers);
    await one.start();
    await drained(one);
    expect(asked).toEqual(['/reports k1', '/reports k1', '/reports k1', '/reports/9/pictures k1-p', '/reports/9/pictures k1-p']);
    expect(drawer.kept.size).toBe(0);
    expect(one.sent).toMatchObject([{ signal: '9', kind: 'FIRE.WASTE' }]);
  });

  it('shows what was refused until it was read', async () => {
    const drawer = new Memory();
    drawer.kept.set('k1', DRAFT);
    const { box: one } = box(drawer, [refusal(400, 'belfry:field')]);
    await one.start();
    await drained(one);
    expect(one.unsent).toMatchObject([{ key: 'k1', refused: 'no' }]);
    await one.forget('k1');
    expect([one.unsent, drawer.kept.size]).toEqual([[], 0]);
  });

  it('sends nothing of somebody else', async () => {
    const drawer = new Memory();
    drawer.kept.set('k1', DRAFT);
    const { asked, box: one } = box(drawer, [], 'dora');
    await one.start();
    await drained(one);
    expect([asked, drawer.kept.size]).toEqual([[], 0]);
  });
});
