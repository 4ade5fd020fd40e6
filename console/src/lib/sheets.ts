// Sheets that come in: what the server tells of a dry run, and what is asked of it. Pure.

export type SheetKind = 'accounts' | 'details' | 'areas' | 'zones' | 'paths' | 'codes' | 'contacts' | 'schedules' | 'agencies';

export interface ImportChoices {
  kinds: { kind: SheetKind; columns: string[] }[];
  profiles: { name: string; about: string; kinds: SheetKind[] }[];
  most_bytes: number;
}

export interface SheetColumn {
  header: string;
  /** Ours; null: it is not taken. */
  column: string | null;
  /** 0 to 1; 1: nobody had to guess. */
  likeness: number;
  samples: string[];
}

export interface SheetProblem {
  /** 0 is the file as a whole. */
  row: number;
  column: string;
  reason: string;
}

export interface ImportTold {
  id: string;
  kind: SheetKind;
  name: string;
  profile: string | null;
  replace: boolean;
  rows: number;
  added: number;
  changed: number;
  unchanged: number;
  removed: number;
  accounts: number;
  problems: SheetProblem[];
  more_problems: number;
  warnings: SheetProblem[];
  more_warnings: number;
  columns: SheetColumn[];
  applied: boolean;
  expires_at: string;
}

export interface Asked {
  kind: SheetKind;
  name: string;
  profile: string;
  replace: boolean;
  /** What a person chose; null: as the server proposes. */
  columns: Record<string, string | null> | null;
}

/** The address of a dry run. */
export function dryRunPath({ kind, name, profile, replace, columns }: Asked): string {
  const words = new URLSearchParams({ kind, name: name.slice(0, 200), replace: String(replace && kind !== 'accounts') });
  if (profile) words.set('profile', profile);
  if (columns) words.set('columns', JSON.stringify(columns));
  return `/imports?${words}`;
}

/** Whether applying it would do anything, and may be done. */
export function applicable(told: ImportTold): boolean {
  return !told.applied && told.problems.length === 0 && told.added + told.changed + told.removed > 0;
}

/** The kind that a file's name says, such as zones of `export-zones-2026.csv`. */
export function kindOf(name: string, kinds: readonly SheetKind[]): SheetKind | null {
  return kinds.find((kind) => name.toLowerCase().includes(kind)) ?? null;
}
