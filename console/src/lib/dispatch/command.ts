// The command line: what a typed line means, what could be typed next. Pure: it is handed the units and incidents as
// they are now, and says either what is to be done or what was wanted instead.

import { plain, SAYABLE, spelled, statusOf, type Sayable } from './status_words';

export const VERBS = ['send', 's', 'release', 'note', 'level', 'on', 'off', 'go', 'find', 'help'] as const;
export type Verb = (typeof VERBS)[number];

const ALIASES: Readonly<Record<string, Verb>> = { status: 's', rel: 'release', '?': 'help' };
export const LEVELS = 5;

export interface KnownUnit {
  id: string;
  call_sign: string;
  on_duty: boolean;
  incident: string | null;
  crew: readonly string[];
}

export interface KnownIncident {
  id: string;
  number: number;
  /** Said beside the number where it is completed. */
  label: string;
}

export interface World {
  units: readonly KnownUnit[];
  incidents: readonly KnownIncident[];
  /** The incident that is open beside the line: meant where no number is typed. */
  opened: string | null;
  me: string;
}

export type Command =
  | { do: 'send'; units: KnownUnit[]; incident: KnownIncident; why?: string }
  | { do: 'status'; units: KnownUnit[]; status: Sayable }
  | { do: 'release'; units: KnownUnit[] }
  | { do: 'note'; incident: KnownIncident; text: string }
  | { do: 'level'; incident: KnownIncident; level: number }
  | { do: 'on'; unit: KnownUnit; user: string }
  | { do: 'off'; unit: KnownUnit; users: string[] }
  | { do: 'go'; incident: KnownIncident }
  | { do: 'find'; text: string }
  | { do: 'help' };

/** What keeps a line from being done. `word` is what was typed, `options` what may have been meant. */
export interface Problem {
  problem: 'verb' | 'unit' | 'no_unit' | 'two' | 'incident' | 'no_incident' | 'status' | 'level' | 'text' | 'user' | 'off_duty' | 'nowhere';
  word: string;
  options: string[];
}

export type Parsed = { command: Command } | Problem;

export function isProblem(parsed: Parsed): parsed is Problem {
  return 'problem' in parsed;
}

function wrong(problem: Problem['problem'], word = '', options: readonly string[] = []): Problem {
  return { problem, word, options: [...options].slice(0, 6) };
}

/** What a line means. With or without the slash before it. */
export function parse(line: string, world: World): Parsed {
  const [verb, words, rest] = split(line);
  switch (verb) {
    case 'send': {
      const [named, ...why] = rest.split(':');
      return send((named ?? '').split(/[\s,]+/).filter(Boolean), why.join(':').trim(), world);
    }
    case 's':
      return status(words, world);
    case 'release':
      return release(words, world);
    case 'note':
      return note(rest, world);
    case 'level':
      return level(words, world);
    case 'on':
      return on(words, world);
    case 'off':
      return off(words, world);
    case 'go':
      return go(words, world);
    case 'find':
      return rest === '' ? wrong('text') : { command: { do: 'find', text: rest } };
    case 'help':
      return { command: { do: 'help' } };
    default:
      return wrong('verb', firstWord(line), VERBS);
  }
}

function firstWord(line: string): string {
  return line.trim().replace(/^\//, '').split(/\s+/)[0] ?? '';
}

function split(line: string): [verb: Verb | null, words: string[], rest: string] {
  const text = line.trim().replace(/^\/\s*/, '');
  const typed = firstWord(line);
  const said = typed.toLowerCase();
  const verb = (VERBS as readonly string[]).includes(said) ? (said as Verb) : (ALIASES[said] ?? null);
  const rest = text.slice(typed.length).trim();
  return [verb, rest === '' ? [] : rest.split(/[\s,]+/).filter(Boolean), rest];
}

// -- what a word names

/** Exactly this unit: case, blanks and hyphens count for nothing. */
function unitOf(word: string, { units }: World): KnownUnit | undefined {
  const said = plain(word);
  return said === '' ? undefined : units.find((one) => plain(one.call_sign) === said);
}

function incidentOf(word: string, { incidents }: World): KnownIncident | undefined {
  const digits = /^#?(\d{1,9})$/.exec(word)?.[1];
  return digits === undefined ? undefined : incidents.find((one) => one.number === Number(digits));
}

function openedOf(world: World): KnownIncident | undefined {
  return world.incidents.find((one) => one.id === world.opened);
}

function like(word: string, { units }: World): string[] {
  const said = plain(word);
  return units.filter((one) => said !== '' && plain(one.call_sign).startsWith(said)).map((one) => one.call_sign);
}

/** A call sign may be several words: as many as make one, the most first. */
const SIGN_WORDS = 4;

interface Named {
  units: KnownUnit[];
  incidents: KnownIncident[];
  /** Could be either: a bare number that is a call sign as well. */
  either: { unit: KnownUnit; incident: KnownIncident; word: string }[];
}

/** Units and incidents in whatever order, each once. */
function named(words: readonly string[], world: World): Named | Problem {
  const found: Named = { units: [], incidents: [], either: [] };
  for (let at = 0; at < words.length; ) {
    const word = words[at] as string;
    if (word.startsWith('#')) {
      const incident = incidentOf(word, world);
      if (!incident) return wrong('incident', word);
      found.incidents.push(incident);
      at += 1;
      continue;
    }
    const [unit, took] = longest(words.slice(at, at + SIGN_WORDS), world);
    const incident = incidentOf(word, world);
    if (unit && incident && took === 1) found.either.push({ unit, incident, word });
    else if (unit) found.units.push(unit);
    else if (incident) found.incidents.push(incident);
    else if (/^\d+$/.test(word) && like(word, world).length === 0) return wrong('incident', word);
    else return unknownUnit(word, world);
    at += unit ? took : 1;
  }
  return settled(found);
}

function longest(words: readonly string[], world: World): [KnownUnit | undefined, number] {
  for (let count = words.length; count > 0; count--) {
    if (words.slice(1, count).some((word) => word.startsWith('#'))) continue;
    const unit = unitOf(words.slice(0, count).join(''), world);
    if (unit) return [unit, count];
  }
  return [undefined, 1];
}

function unknownUnit(word: string, world: World): Problem {
  const options = like(word, world);
  return wrong(options.length > 1 ? 'two' : 'unit', word, options);
}

/** A number that is both is the unit where an incident is named beside it; else it has to be said. */
function settled(found: Named): Named | Problem {
  const first = found.either[0];
  if (first && found.incidents.length === 0) return wrong('two', first.word, [first.unit.call_sign, `#${first.incident.number}`]);
  const units = [...found.units, ...found.either.map((one) => one.unit)];
  return { units: [...new Set(units)], incidents: [...new Set(found.incidents)], either: [] };
}

/** Units alone: a number can be nothing else here. */
function unitsIn(words: readonly string[], world: World): KnownUnit[] | Problem {
  const units: KnownUnit[] = [];
  for (let at = 0; at < words.length; ) {
    const [unit, took] = longest(words.slice(at, at + SIGN_WORDS), world);
    if (!unit) return unknownUnit(words[at] as string, world);
    if (!units.includes(unit)) units.push(unit);
    at += took;
  }
  return units.length === 0 ? wrong('no_unit', '', world.units.filter((one) => one.on_duty).map((one) => one.call_sign)) : units;
}

function oneIncident(incidents: readonly KnownIncident[], world: World): KnownIncident | Problem {
  if (incidents.length > 1) return wrong('two', '', incidents.map((one) => `#${one.number}`));
  return incidents[0] ?? openedOf(world) ?? wrong('no_incident');
}

// -- the verbs

/** `/send E2 1042: flat tyre`: what stands behind a colon is why it is this one. */
function send(words: readonly string[], why: string, world: World): Parsed {
  const found = named(words, world);
  if ('problem' in found) return found;
  if (found.units.length === 0) return wrong('no_unit', '', world.units.filter((one) => one.on_duty).map((one) => one.call_sign));
  const away = found.units.find((one) => !one.on_duty);
  if (away) return wrong('off_duty', away.call_sign);
  const incident = oneIncident(found.incidents, world);
  return 'problem' in incident ? incident : { command: { do: 'send', units: found.units, incident, ...(why === '' ? {} : { why }) } };
}

/** The status is read from the end, its longest spelling first; at the beginning it is understood too. */
function status(words: readonly string[], world: World): Parsed {
  for (let from = Math.max(0, words.length - 5); from < words.length; from++) {
    const said = statusOf(words.slice(from).join(' '));
    if (said && from > 0) return ofUnits(words.slice(0, from), said, world);
  }
  for (let upTo = Math.min(5, words.length - 1); upTo > 0; upTo--) {
    const text = words.slice(0, upTo).join(' ');
    const said = /^\d$/.test(text) ? null : statusOf(text); // a digit is a status at the end alone
    if (said) return ofUnits(words.slice(upTo), said, world);
  }
  if (words.length === 0) return wrong('no_unit', '', world.units.filter((one) => one.on_duty).map((one) => one.call_sign));
  if (statusOf(words.join(' '))) return wrong('no_unit', words.join(' '));
  return wrong('status', words.at(-1), SAYABLE.map(spelled));
}

function ofUnits(words: readonly string[], said: Sayable, world: World): Parsed {
  const units = unitsIn(words, world);
  return 'problem' in units ? units : { command: { do: 'status', units, status: said } };
}

function release(words: readonly string[], world: World): Parsed {
  const units = unitsIn(words, world);
  if ('problem' in units) return units;
  const idle = units.find((one) => one.incident === null);
  return idle ? wrong('nowhere', idle.call_sign) : { command: { do: 'release', units } };
}

function note(rest: string, world: World): Parsed {
  const first = rest.split(/\s/, 1)[0] ?? '';
  const incident = incidentOf(first, world);
  if (!incident && first.startsWith('#') && /\d/.test(first)) return wrong('incident', first);
  const to = incident ?? openedOf(world);
  if (!to) return /^\d+$/.test(first) ? wrong('incident', first) : wrong('no_incident');
  const text = incident ? rest.slice(first.length).trim() : rest;
  return text === '' ? wrong('text') : { command: { do: 'note', incident: to, text } };
}

/** `/level 1042 2`, `/level 2 #1042`, `/level 2` of the open one. A bare number before the last one is the incident's. */
function level(words: readonly string[], world: World): Parsed {
  if (words.length > 2) return wrong('level', words[2]);
  const marked = words.findIndex((word) => word.startsWith('#'));
  const at = words.length === 1 ? (marked === 0 ? -1 : 0) : marked === 1 ? 0 : 1;
  const said = words[at] ?? '';
  const number = words.length === 2 ? words[1 - at] : marked === 0 ? words[0] : undefined;
  if (!/^[1-5]$/.test(said)) return wrong('level', said);
  const incident = number === undefined ? openedOf(world) : incidentOf(number, world);
  if (!incident) return number === undefined ? wrong('no_incident') : wrong('incident', number);
  return { command: { do: 'level', incident, level: Number(said) } };
}

function on(words: readonly string[], world: World): Parsed {
  const [unit, took] = longest(words.slice(0, SIGN_WORDS), world);
  if (!unit) return words.length === 0 ? wrong('no_unit', '', world.units.map((one) => one.call_sign)) : unknownUnit(words[0] as string, world);
  if (words.length > took + 1) return wrong('user', words.slice(took).join(' '));
  return { command: { do: 'on', unit, user: words[took] ?? world.me } };
}

function off(words: readonly string[], world: World): Parsed {
  const user = words.length === 0 ? world.me : (words.at(-1) as string);
  const of = world.units.find((one) => one.crew.some((name) => name.toLowerCase() === user.toLowerCase()));
  const whole = unitOf(words.join(''), world);
  if (whole) return whole.crew.length === 0 ? wrong('off_duty', whole.call_sign) : { command: { do: 'off', unit: whole, users: [...whole.crew] } };
  if (!of) return wrong('user', user, world.units.flatMap((one) => one.crew));
  const beside = words.slice(0, -1);
  if (beside.length > 0 && unitOf(beside.join(''), world) !== of) return wrong('user', user, unitOf(beside.join(''), world)?.crew ?? []);
  return { command: { do: 'off', unit: of, users: of.crew.filter((name) => name.toLowerCase() === user.toLowerCase()) } };
}

function go(words: readonly string[], world: World): Parsed {
  const incident = words.length === 1 ? incidentOf(words[0] as string, world) : undefined;
  if (incident) return { command: { do: 'go', incident } };
  return words.length === 0 ? wrong('no_incident') : wrong('incident', words.join(' '));
}

// -- what could come next

export interface Completion {
  /** The whole line with it, ready for what comes after. */
  line: string;
  shown: string;
  hint: 'verb' | 'unit' | 'incident' | 'status' | 'user' | 'level';
  /** More about it: the label of an incident, the verb whose help is to be shown. */
  about: string;
}

const WANTS: Readonly<Record<Verb, readonly Completion['hint'][]>> = {
  send: ['unit', 'incident'],
  s: ['status', 'unit'],
  release: ['unit'],
  note: ['incident'],
  level: ['incident', 'level'],
  on: ['unit'],
  off: ['user', 'unit'],
  go: ['incident'],
  find: [],
  help: [],
};

export const COMPLETIONS = 8;

/** What may be meant by the last word of a line, the likeliest first; nothing where it is free text. */
export function complete(line: string, world: World): Completion[] {
  const typed = line.replace(/^\s*\/?\s*/, '');
  const begun = /^(.*?)(\S*)$/s.exec(typed);
  const [before, last] = [begun?.[1] ?? '', begun?.[2] ?? ''];
  if (before.trim() === '') {
    const verbs = VERBS.filter((one) => one.startsWith(last.toLowerCase()));
    return verbs.map((one) => ({ line: `/${one} `, shown: `/${one}`, hint: 'verb' as const, about: one }));
  }
  const [verb, words] = split(before);
  if (!verb || (verb === 'send' && typed.includes(':'))) return [];
  const made = (shown: string, hint: Completion['hint'], about = ''): Completion => ({ line: `/${before}${shown} `, shown, hint, about });
  const found = WANTS[verb].flatMap((wanted) => offered(wanted, verb, words, plain(last), world, made));
  return found.filter((one) => plain(one.shown) !== plain(last)).slice(0, COMPLETIONS);
}

function offered(
  wanted: Completion['hint'],
  verb: Verb,
  words: readonly string[],
  begun: string,
  world: World,
  made: (shown: string, hint: Completion['hint'], about?: string) => Completion,
): Completion[] {
  const starts = (text: string) => plain(text).startsWith(begun);
  if (wanted === 'unit') {
    const taken = new Set(words.map(plain));
    const fit = (one: KnownUnit) => (verb === 'on' ? true : verb === 'release' ? one.incident !== null : one.on_duty);
    return world.units
      .filter((one) => fit(one) && starts(one.call_sign) && !taken.has(plain(one.call_sign)))
      .map((one) => made(one.call_sign.replace(/\s+/g, ''), 'unit'));
  }
  if (wanted === 'incident') {
    if ((verb === 'note' || verb === 'go' || verb === 'level') && words.length > 0) return [];
    if (verb === 'send' && (words.length === 0 || words.some((word) => word.startsWith('#')))) return [];
    return world.incidents.filter((one) => String(one.number).startsWith(begun)).map((one) => made(`#${one.number}`, 'incident', one.label));
  }
  if (wanted === 'status') return words.length === 0 ? [] : SAYABLE.filter((one) => starts(one)).map((one) => made(spelled(one), 'status', one));
  if (wanted === 'user') return world.units.flatMap((one) => one.crew).filter(starts).map((one) => made(one, 'user'));
  if (words.length !== 1 || begun !== '') return [];
  return Array.from({ length: LEVELS }, (_, n) => made(String(n + 1), 'level'));
}
