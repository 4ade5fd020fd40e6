import { describe, expect, test } from 'vitest';
import { complete, isProblem, parse, VERBS, type Command, type KnownUnit, type Problem, type World } from '../src/lib/dispatch/command';
import { FMS, SAYABLE, statusOf, wordsOf } from '../src/lib/dispatch/status_words';
import { de } from '../src/messages/de';
import { en } from '../src/messages/en';
import { es } from '../src/messages/es';
import { fr } from '../src/messages/fr';

const SIGNS = ['E1', 'E2', 'E 10', 'L-1', 'M21', 'Florian Hafen 4', '77'];
const units: KnownUnit[] = SIGNS.map((call_sign, n) => ({ id: `u${n}`, call_sign, on_duty: true, incident: null, crew: n === 0 ? ['cleo'] : [] }));
const incidents = [
  { id: 'a', number: 1042, label: 'Fire' },
  { id: 'b', number: 77, label: 'Lift' },
  { id: 'c', number: 9, label: 'Door' },
];
const world: World = { units, incidents, opened: null, me: 'anna' };

function done(line: string, more: Partial<World> = {}): Command {
  const parsed = parse(line, { ...world, ...more });
  if (isProblem(parsed)) throw new Error(`${line}: ${JSON.stringify(parsed)}`);
  return parsed.command;
}

function refused(line: string, more: Partial<World> = {}): Problem {
  const parsed = parse(line, { ...world, ...more });
  if (!isProblem(parsed)) throw new Error(`${line}: ${JSON.stringify(parsed)}`);
  return parsed;
}

function signs(command: Command): string[] {
  return 'units' in command ? command.units.map((one) => one.call_sign) : [];
}

/** Every order of a few things. */
function orders<T>(all: readonly T[]): T[][] {
  return all.length < 2 ? [[...all]] : all.flatMap((one, n) => orders([...all.slice(0, n), ...all.slice(n + 1)]).map((rest) => [one, ...rest]));
}

describe('sending', () => {
  test('units and the number may stand in any order, with # or without', () => {
    for (const number of ['1042', '#1042']) {
      for (const words of orders(['E1', 'e-10', number, 'L1'])) {
        const command = done(`/send ${words.join(' ')}`);
        expect(command).toMatchObject({ do: 'send', incident: { id: 'a' } });
        expect(signs(command).sort()).toEqual(['E 10', 'E1', 'L-1']);
      }
    }
  });

  test('a call sign is known however it is written, of several words too', () => {
    for (const sign of SIGNS) {
      for (const typed of [sign, sign.toLowerCase(), sign.replace(/[ -]/g, ''), sign.replace(/(\d+)$/, ' $1').replace(/\s+/g, ' ')]) {
        expect(signs(done(`/send ${typed} #1042`)), typed).toEqual([sign]);
      }
    }
  });

  test('the open incident is meant where no number is typed, and a unit that is named twice goes once', () => {
    expect(done('/send E1 e1', { opened: 'b' })).toMatchObject({ incident: { id: 'b' }, units: [{ id: 'u0' }] });
    expect(refused('/send E1')).toMatchObject({ problem: 'no_incident' });
  });

  test('a number that is a call sign as well is asked for, unless the other is said', () => {
    expect(refused('/send E1 77')).toMatchObject({ problem: 'two', options: ['77', '#77'] });
    expect(done('/send E1 #77')).toMatchObject({ incident: { id: 'b' } });
    expect(signs(done('/send 77 1042'))).toEqual(['77']);
    expect(refused('/send E1 1042 9')).toMatchObject({ problem: 'two', options: ['#1042', '#9'] });
  });

  test('why it is this one may stand behind a colon', () => {
    expect(done('/send E1 1042: E2 has a flat tyre: it stays')).toMatchObject({ incident: { id: 'a' }, why: 'E2 has a flat tyre: it stays' });
    expect(done('/send E1 1042')).not.toHaveProperty('why');
    expect(done('/send E1 1042 : ')).not.toHaveProperty('why');
    expect(complete('/send E1 1042: E', world)).toEqual([]);
  });

  test('what nobody knows sends nobody: it is said what was wanted', () => {
    expect(refused('/send E3 1042')).toEqual({ problem: 'unit', word: 'E3', options: [] });
    expect(refused('/send M2 1042')).toEqual({ problem: 'unit', word: 'M2', options: ['M21'] });
    expect(refused('/send E 1042')).toEqual({ problem: 'two', word: 'E', options: ['E1', 'E2', 'E 10'] });
    expect(refused('/send E1 4711')).toEqual({ problem: 'incident', word: '4711', options: [] });
    expect(refused('/send 1042').problem).toBe('no_unit');
    expect(refused('/sned E1 1042')).toMatchObject({ problem: 'verb', word: 'sned' });
    const away = units.map((one) => ({ ...one, on_duty: false }));
    expect(refused('/send E1 1042', { units: away })).toMatchObject({ problem: 'off_duty', word: 'E1' });
  });
});

describe('a status', () => {
  test('is read from the end, in every word of every language and by the digits of the radio', () => {
    for (const status of SAYABLE) {
      for (const said of wordsOf(status)) expect(done(`/s M21 ${said}`), said).toMatchObject({ status, units: [{ call_sign: 'M21' }] });
      for (const [, catalogue] of Object.entries({ en, de, fr, es })) {
        const said = String(catalogue[`unit_status.${status}`]);
        expect(done(`/s E1 L1 ${said}`), said).toMatchObject({ status });
      }
    }
    for (const [digit, status] of Object.entries(FMS)) {
      expect(done(`/s M21 ${digit}`)).toMatchObject({ status });
      expect(signs(done(`/s Florian Hafen 4 ${digit}`))).toEqual(['Florian Hafen 4']);
    }
  });

  test('at the beginning its word is understood too, its digit is not', () => {
    expect(done('/s on scene M21 E1')).toMatchObject({ status: 'on_scene' });
    expect(refused('/s 4 M21').problem).toBe('status');
  });

  test('no word means two of them', () => {
    for (const status of SAYABLE) for (const said of wordsOf(status)) expect(statusOf(said), said).toBe(status);
  });

  test('one that is none, and a unit that is missing, are told apart', () => {
    expect(refused('/s M21 dancing')).toMatchObject({ problem: 'status', word: 'dancing' });
    expect(refused('/s M21 offered')).toMatchObject({ problem: 'status' });
    expect(refused('/s M21 5')).toMatchObject({ problem: 'status', word: '5' });
    expect(refused('/s onscene')).toMatchObject({ problem: 'no_unit' });
    expect(refused('/s')).toMatchObject({ problem: 'no_unit' });
    expect(refused('/s X9 onscene')).toMatchObject({ problem: 'unit', word: 'X9' });
  });
});

describe('the others', () => {
  test('a note is kept as it was typed', () => {
    expect(done('/note 1042 Two  people, 3rd floor: #2 is out')).toMatchObject({ incident: { id: 'a' }, text: 'Two  people, 3rd floor: #2 is out' });
    expect(done('/note 3 people out', { opened: 'b' })).toMatchObject({ incident: { id: 'b' }, text: '3 people out' });
    expect(refused('/note 1042')).toMatchObject({ problem: 'text' });
    expect(refused('/note #4711 text', { opened: 'b' })).toMatchObject({ problem: 'incident' });
    expect(refused('/note smoke')).toMatchObject({ problem: 'no_incident' });
  });

  test('a level stands behind its incident, before one with #, or alone', () => {
    for (const line of ['/level 1042 2', '/level #1042 2', '/level 2 #1042']) expect(done(line)).toMatchObject({ incident: { id: 'a' }, level: 2 });
    expect(done('/level 3', { opened: 'b' })).toMatchObject({ incident: { id: 'b' }, level: 3 });
    for (const line of ['/level 1042 6', '/level 1042 0', '/level 1042', '/level', '/level 1042 2 3']) expect(refused(line), line).toMatchObject({ problem: 'level' });
    expect(refused('/level 2')).toMatchObject({ problem: 'no_incident' });
    expect(refused('/level 4711 2')).toMatchObject({ problem: 'incident' });
  });

  test('on and off duty, of oneself and of others', () => {
    expect(done('/on E1 cleo')).toEqual({ do: 'on', unit: units[0], user: 'cleo' });
    expect(done('/on Florian Hafen 4')).toMatchObject({ unit: { id: 'u5' }, user: 'anna' });
    expect(refused('/on E9 cleo').problem).toBe('unit');
    for (const line of ['/off cleo', '/off E1', '/off E1 cleo', '/off CLEO']) expect(done(line)).toMatchObject({ do: 'off', unit: { id: 'u0' }, users: ['cleo'] });
    expect(refused('/off').problem).toBe('user');
    expect(refused('/off E2 cleo').problem).toBe('user');
    expect(refused('/off L1').problem).toBe('off_duty');
  });

  test('release names who is somewhere, go an open incident, find what it seeks', () => {
    expect(refused('/release E1')).toMatchObject({ problem: 'nowhere', word: 'E1' });
    const busy = units.map((one) => ({ ...one, incident: 'a' }));
    expect(signs(done('/release E1 L1', { units: busy }))).toEqual(['E1', 'L-1']);
    expect(done('/go #9')).toMatchObject({ incident: { id: 'c' } });
    expect(refused('/go 10').problem).toBe('incident');
    expect(done('/find Mill Lane 1')).toEqual({ do: 'find', text: 'Mill Lane 1' });
    expect(done('?')).toEqual({ do: 'help' });
  });
});

describe('whatever is typed', () => {
  /** A small generator of its own: the same lines in every run. */
  function random(seed: number): () => number {
    let state = seed;
    return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  }
  const PIECES = [...VERBS, ...SIGNS, '/', '#', '#1042', '1042', '77', '4', 'onscene', 'on', 'scene', 'cleo', '', ' ', '\t', ',', '²', '𝟗', '#𝟗', '\u0000', '(', '[a-z', '\\', 'ß', '—'];

  test('it is either a command or says what was wanted, and every completion begins with what was there', () => {
    const next = random(7);
    const pick = () => PIECES[Math.floor(next() * PIECES.length)] as string;
    for (let n = 0; n < 4_000; n++) {
      const line = Array.from({ length: Math.floor(next() * 7) }, pick).join(next() < 0.8 ? ' ' : '');
      const parsed = parse(line, { ...world, opened: next() < 0.5 ? 'a' : null });
      if (isProblem(parsed)) expect(parsed.options.length).toBeLessThanOrEqual(6);
      else if ('units' in parsed.command) expect(new Set(parsed.command.units).size).toBe(parsed.command.units.length);
      for (const one of complete(line, world)) expect(one.line.startsWith('/')).toBe(true);
    }
  });

  test('what is completed is understood', () => {
    for (const [line, wanted] of [
      ['/se', '/send '],
      ['/send L', '/send L-1 '],
      ['/send E1 10', '/send E1 #1042 '],
      ['/s M21 onsc', '/s M21 onscene '],
      ['/level 10', '/level #1042 '],
    ] as const) {
      expect(complete(line, world).map((one) => one.line), line).toContain(wanted);
    }
    for (const one of complete('/s M21 ', world).filter(({ hint }) => hint === 'status')) expect(isProblem(parse(one.line, world)), one.line).toBe(false);
    for (const one of complete('/send E1 ', world).filter(({ hint }) => hint === 'incident')) expect(done(one.line).do).toBe('send');
    expect(complete('/note 1042 E', world), 'free text is nobody’s to complete').toEqual([]);
  });
});
