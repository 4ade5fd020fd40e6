// The closed list of kinds by groups, with the beginnings of codes that stand for several. Pure.

interface Named {
  code: string;
  label: string;
}

export interface Group<K> extends Named {
  kinds: K[];
  /** `FIRE`, `FIRE.ALARM`: each is the beginning of more than one code. */
  beginnings: string[];
}

export function groupsOf<K extends Named & { group: string }>(kinds: readonly K[], groups: readonly Named[]): Group<K>[] {
  return groups.map((group) => {
    const own = kinds.filter((kind) => kind.group === group.code);
    return { ...group, kinds: own, beginnings: beginningsOf(own.map(({ code }) => code)) };
  });
}

function beginningsOf(codes: readonly string[]): string[] {
  const counted = new Map<string, number>();
  for (const code of codes) {
    const parts = code.split('.');
    for (let n = 1; n < parts.length; n++) {
      const beginning = parts.slice(0, n).join('.');
      counted.set(beginning, (counted.get(beginning) ?? 0) + 1);
    }
  }
  return [...counted].filter(([, n]) => n > 1).map(([beginning]) => beginning).sort();
}

/** Whether a plan's `kinds` are for a kind: none, its code, its beginning up to a dot; `=` before it: that one alone. */
export function covers(prefix: string, code: string): boolean {
  return prefix.startsWith('=') ? code === prefix.slice(1) : code === prefix || code.startsWith(`${prefix}.`);
}
