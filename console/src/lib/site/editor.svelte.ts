// Editing one site: what is typed waits in the browser, is saved as a whole, and meets what others saved meanwhile.

import { ApiError } from '../api';
import { app } from '../app.svelte';
import { t } from '../i18n.svelte';
import { changedSections, copy, decide, merge, patchOf, same, seenAgain, siteOf, type ListName, type Section, type Site } from './draft';
import { Drawer, type Choice, type Meeting } from './keeping';
import type { Card, Edited, Flaw } from './types';

export class Editor {
  card = $state.raw<Card | null>(null);
  base = $state.raw<Site | null>(null);
  mine = $state<Site | null>(null);
  meeting = $state.raw<Meeting | null>(null);
  flaws = $state.raw<Flaw[]>([]);
  busy = $state(false);
  failed = $state<string | null>(null);
  /** When what is shown was typed, where it waited in the browser. */
  found = $state<number | null>(null);
  saved = $state(false);
  /** The pass-word of whoever asks on the telephone for other schedules; it stays nowhere. */
  word = $state('');
  private readonly drawer: Drawer;
  private readonly path: string;

  readonly changed = $derived<Section[]>(this.base && this.mine ? changedSections(this.base, this.mine) : []);
  /** Opening hours are an operator's to change only with the pass-word of the site, where it has any. */
  readonly needsWord = $derived(
    this.changed.includes('schedules') &&
      !['supervisor', 'administrator'].includes(app.session?.user.role ?? '') &&
      (this.card?.contacts.some((contact) => contact.has_word) ?? false),
  );
  readonly undecided = $derived(this.meeting?.choices.filter(({ whose }) => whose === null).length ?? 0);

  constructor(
    readonly id: string,
    user: string,
  ) {
    this.drawer = new Drawer(user, id);
    this.path = `/accounts/${encodeURIComponent(id)}`;
  }

  async load(): Promise<void> {
    await this.ask(async () => {
      const card = await app.api.get<Card>(this.path);
      const draft = this.drawer.read();
      this.card = card;
      const now = seen(card);
      if (!draft) {
        this.base = now;
        this.mine = copy(now);
        return;
      }
      this.base = draft.base;
      this.mine = draft.mine;
      this.meeting = draft.meeting;
      this.found = draft.at;
      if (draft.base.version !== card.version) this.meet(card, await this.changesSince(draft.at));
    });
  }

  /** Write down what is typed, or forget it where nothing differs. Called with every change. */
  keep(): void {
    const { base, mine, meeting } = this;
    if (!base || !mine) return;
    if (same(base, mine)) this.drawer.clear();
    else this.drawer.write({ base, mine: $state.snapshot(mine) as Site, meeting, at: Date.now() });
  }

  /** Throw away what is typed. */
  discard(): void {
    if (!this.base) return;
    this.mine = copy(this.base);
    this.meeting = this.found = this.failed = null;
    this.flaws = [];
    this.drawer.clear();
  }

  async save(): Promise<boolean> {
    const { base, mine } = this;
    if (!base || !mine || this.undecided > 0) return false;
    this.saved = false;
    return this.ask(async () => {
      // Details go as a whole: whoever was not shown a part of them looks again before he sends them.
      if (base.hidden && this.changed.includes('details')) {
        this.absorb(await app.api.get<Card>(this.path));
        if (this.undecided > 0) return;
      }
      await this.send();
    });
  }

  private async send(): Promise<void> {
    const { base, mine } = this;
    if (!base || !mine) return;
    const word = this.needsWord ? this.word.trim() : '';
    this.word = '';
    const patch = patchOf(base, $state.snapshot(mine) as Site);
    const card = await app.api.patch<Card>(this.path, word ? { ...patch, word } : patch);
    this.card = card;
    this.base = seen(card);
    this.mine = copy(this.base);
    this.meeting = this.found = null;
    this.flaws = [];
    this.saved = true;
    this.drawer.clear();
  }

  /** Set or clear a word or code at once: it is never part of what waits in the browser. */
  async setSecret(body: Record<string, string | null>): Promise<boolean> {
    return this.ask(async () => {
      this.absorb(await app.api.put<Card>(`${this.path}/words`, body));
    });
  }

  choose(choice: Choice, whose: 'mine' | 'theirs'): void {
    if (!this.mine || !this.meeting) return;
    this.mine = decide($state.snapshot(this.mine) as Site, choice, whose);
    const choices = this.meeting.choices.map((one) => (one === choice ? { ...one, whose } : one));
    this.meeting = { ...this.meeting, choices };
  }

  chooseAll(whose: 'mine' | 'theirs'): void {
    for (let n = 0; n < (this.meeting?.choices.length ?? 0); n++) this.choose(this.meeting?.choices[n] as Choice, whose);
  }

  flaw(field: string): string | null {
    return this.flaws.find((one) => one.field === field)?.limit ?? null;
  }

  flawed(section: Section): boolean {
    return this.flaws.some(({ field }) => field === section || field.startsWith(`${section}.`) || field.startsWith(`${section}[`));
  }

  mayEdit(section: Section | 'details.notes'): boolean {
    return this.card?.may_edit.includes(section) ?? false;
  }

  add(list: ListName, piece: Record<string, unknown>): void {
    const bytes = crypto.getRandomValues(new Uint8Array(6));
    this.mine?.lists[list].push({ ...piece, _key: `new:${Array.from(bytes, (byte) => byte.toString(16)).join('')}` });
  }

  remove(list: ListName, at: number): void {
    this.mine?.lists[list].splice(at, 1);
  }

  /** One place up or down; returns whether it moved. */
  move(list: ListName, at: number, step: 1 | -1): boolean {
    const pieces = this.mine?.lists[list];
    const to = at + step;
    if (!pieces || to < 0 || to >= pieces.length) return false;
    const [piece] = pieces.splice(at, 1);
    if (piece) pieces.splice(to, 0, piece);
    if (list === 'contacts') pieces.forEach((one, n) => (one.order = n + 1));
    return true;
  }

  /** The site as it is now, of which something was changed besides what is typed here. */
  private absorb(card: Card): void {
    this.card = card;
    this.meet(card, []);
  }

  private meet(now: Card, changes: Edited[]): void {
    const { base, mine } = this;
    if (!base || !mine) return;
    const theirs = seenAgain(base, siteOf(now), now.silent_site);
    const merged = merge(base, $state.snapshot(mine) as Site, theirs);
    this.base = theirs;
    this.mine = merged.site;
    const choices = [
      ...(this.meeting?.choices.filter(({ whose }) => whose === null) ?? []).filter(
        (old) => !merged.conflicts.some((one) => one.section === old.section && one.key === old.key && one.field === old.field),
      ),
      ...merged.conflicts.map((conflict): Choice => ({ ...conflict, whose: null })),
    ];
    if (merged.news.length + choices.length === 0) return;
    this.meeting = { news: merged.news, choices, changes: changes.length > 0 ? changes : (this.meeting?.changes ?? []) };
  }

  private async changesSince(at: number): Promise<Edited[]> {
    try {
      const { items } = await app.api.get<{ items: Edited[] }>(`${this.path}/changes`);
      return items.filter((one) => Date.parse(one.at) >= at);
    } catch {
      return [];
    }
  }

  private async ask(doing: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.failed = null;
    try {
      await doing();
      return true;
    } catch (error) {
      await this.refused(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  private async refused(error: unknown): Promise<void> {
    if (!(error instanceof ApiError)) {
      this.failed = t('said.unreachable');
      return;
    }
    const { current, changes, flaws, field, limit } = error.problem;
    if (current) {
      // The card says besides whether something of it is left out now.
      const card = await app.api.get<Card>(this.path).catch(() => null);
      if (card) this.card = card;
      if (card) this.meet(card, changes ?? []);
      else this.failed = t('said.unreachable');
      return;
    }
    this.flaws = flaws ?? (field ? [{ field, value: '', limit: limit ?? error.message }] : []);
    this.failed = this.flaws.length > 0 ? t('edit.flaws', { n: this.flaws.length }) : error.message;
  }
}

/** A site as it is edited, from its card. */
function seen(card: Card): Site {
  return { ...siteOf(card), ...(card.silent_site ? { hidden: true } : {}) };
}
