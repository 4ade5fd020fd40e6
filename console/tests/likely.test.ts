import { expect, test } from 'vitest';
import list from '../../src/belfry/domain/data/kinds_v1.csv?raw';
import { LIKELY, likelyFirst } from '../src/lib/likely';
import type { Kind, Method } from '../src/lib/types';

const METHODS: Record<string, Method> = { e: 'equipment', d: 'duty', c: 'call' };
const [head, ...lines] = list.trim().split(/\r?\n/).map(cells);
const at = (name: string) => (head as string[]).indexOf(name);

/** The closed list, as far as its order matters here. */
const kinds = lines.map((line) => ({
  code: line[at('code')],
  methods: [...(line[at('methods')] as string)].map((letter) => METHODS[letter]),
})) as Kind[];

function cells(line: string): string[] {
  return [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((match) => match[1] as string);
}

const offered = (method: Method) => kinds.filter((kind) => kind.methods.includes(method));

test('the list was read', () => {
  expect(kinds).toHaveLength(171);
  expect(kinds.find((kind) => kind.code === 'FIRE.ALARM.AUTO')?.methods).toEqual(['equipment', 'call']);
});

test.each(Object.entries(LIKELY) as [Method, string[]][])('what is likely for %s is in the list, once', (method, codes) => {
  const allowed = offered(method).map((kind) => kind.code);
  expect(codes.filter((code) => !allowed.includes(code))).toEqual([]);
  expect(new Set(codes).size).toBe(codes.length);
});

test('likely kinds come first, then the others by group, and none is lost or added', () => {
  for (const method of ['call', 'duty'] as const) {
    const shown = likelyFirst(offered(method), method).map((kind) => kind.code);
    const likely = LIKELY[method] as readonly string[];
    expect(shown.slice(0, likely.length)).toEqual(likely);
    expect(shown.slice(likely.length)).toEqual(
      offered(method)
        .map((kind) => kind.code)
        .filter((code) => !likely.includes(code)),
    );
  }
  expect(likelyFirst(offered('equipment'), 'equipment')).toEqual(offered('equipment'));
});
