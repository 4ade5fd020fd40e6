// The closed list of kinds in the operator's language, as the server holds it.

import type { Api } from './api';
import { likelyFirst } from './likely';
import { prefs } from './prefs.svelte';
import type { Kind, Kinds, Method } from './types';

class KindList {
  items = $state.raw<Kind[]>([]);
  groups = $state.raw<Kinds['groups']>([]);
  private byCode = new Map<string, Kind>();

  async load(api: Api): Promise<void> {
    const kinds = await api.get<Kinds>('/kinds', { lang: prefs.language });
    this.byCode = new Map(kinds.items.map((kind) => [kind.code, kind]));
    this.groups = kinds.groups;
    this.items = kinds.items;
  }

  get(code: string): Kind | undefined {
    void this.items; // whoever asks is told again when the list came
    return this.byCode.get(code);
  }

  /** What a row's kind is called here; the server's own words until the list has come. */
  label(row: { kind: string; label: string }): string {
    return this.get(row.kind)?.label ?? row.label;
  }

  /** A sentence with the labels of kinds in place of their codes, which nobody at a desk has to know. */
  spoken(text: string): string {
    return text.replace(/\b[A-Z]{2,5}(?:\.[A-Z0-9]+)+/g, (code) => this.get(code)?.label ?? code);
  }

  /** Kinds that may come in this way, the likely ones first. */
  by(method: Method): Kind[] {
    return likelyFirst(
      this.items.filter((kind) => kind.methods.includes(method)),
      method,
    );
  }
}

export const kinds = new KindList();
