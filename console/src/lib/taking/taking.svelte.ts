// The call that is being taken: each change goes to the centre at once, one after the other; what could not be kept is
// said, and sent again. Nothing of it stays in the browser.

import { ApiError, type Api } from '../api';
import { t } from '../i18n.svelte';
import { timers } from '../timers';
import type { Change, FoundPlace, Offer, Question, Questions, TakenCall } from './types';

export type Ending = 'done' | 'hung_up' | 'mistake';

const LOOK_EVERY_MS = 5_000;
const AGAIN_MS = 2_000;

export class Taking {
  calls = $state.raw<readonly TakenCall[]>([]);
  questions = $state.raw<Questions | null>(null);
  /** The one on the screen. */
  id = $state<string | null>(null);
  offers = $state.raw<readonly Offer[]>([]);
  failed = $state<string | null>(null);
  field = $state<string | null>(null);
  /** Something is not with the centre yet. */
  owed = $state(false);
  /** What ended last, to be read once more. */
  ended = $state.raw<TakenCall | null>(null);

  readonly mine = $derived(this.calls.filter((one) => one.mine));
  readonly others = $derived(this.calls.filter((one) => !one.mine));
  readonly call = $derived(this.mine.find((one) => one.id === this.id) ?? null);
  readonly tree = $derived(this.questions?.trees.find((one) => one.id === this.call?.tree) ?? null);
  readonly question = $derived<Question | null>(this.tree?.questions.find((one) => one.id === this.call?.next) ?? null);

  private waiting: { id: string; change: Change }[] = [];
  private sending = false;
  /** It ends as soon as everything that was said is with the centre. */
  private ending: { id: string; how: Ending } | null = null;

  constructor(private readonly api: Api) {}

  follow(): () => void {
    void this.load();
    return timers.every(LOOK_EVERY_MS, () => void this.look());
  }

  async load(): Promise<void> {
    this.questions = await this.api.get<Questions>('/calls/questions').catch(() => this.questions);
    await this.look();
    this.id ??= this.mine[0]?.id ?? null;
    void this.near();
  }

  private async look(): Promise<void> {
    if (this.sending) return;
    try {
      const { items } = await this.api.get<{ items: TakenCall[] }>('/calls');
      if (this.sending) return;
      this.calls = items;
      void this.near();
    } catch {
      // what was known before stays
    }
  }

  async begin(): Promise<void> {
    await this.act(async () => {
      const call = await this.api.post<TakenCall>('/calls/begin');
      this.ended = null;
      this.hear(call);
      this.show(call.id);
    });
  }

  show(id: string): void {
    this.id = id;
    this.offers = [];
    this.failed = this.field = null;
    void this.near();
  }

  /** Of the call on the screen, or of the one that it was typed for. */
  say(change: Change, id = this.id): void {
    if (id === null) return;
    this.waiting.push({ id, change });
    this.owed = true;
    void this.send();
  }

  /** The one whole call: tree, question and answer by its digit. */
  answer(digit: number): boolean {
    if (this.call === null || this.questions === null) return false;
    // A digit that bounced answers no second question; a place or a note on its way holds none up.
    if (this.waiting.some(({ change }) => 'answers' in change || 'tree' in change || 'kind' in change)) return false;
    if (this.question !== null) {
      const chosen = this.question.answers[digit - 1];
      if (!chosen) return false;
      this.say({ answers: { ...this.call.answers, [this.question.id]: chosen.id } });
      return true;
    }
    if (this.call.tree !== null) return false;
    const tree = this.questions.trees[digit - 1];
    if (!tree) return false;
    this.say({ tree: tree.id });
    return true;
  }

  /** Take the last answer back, then the tree. */
  back(): void {
    if (this.call === null || this.tree === null) return;
    const given = this.tree.questions.filter((one) => this.call?.answers[one.id]);
    if (given.length === 0) {
      this.say({ tree: null });
      return;
    }
    const order = Object.keys(this.call.answers);
    const left = Object.fromEntries(Object.entries(this.call.answers).filter(([id]) => id !== order.at(-1)));
    this.say({ answers: left });
  }

  async locate(text: string): Promise<void> {
    const { id } = this;
    if (id === null) return;
    const type = text.trimStart().startsWith('<') ? 'application/pidf+xml' : 'text/plain';
    await this.act(async () => {
      this.hear(await this.api.upload<TakenCall>(`/calls/${id}/location`, new Blob([text.trim()], { type })));
      void this.near();
    });
  }

  async places(words: string): Promise<FoundPlace[]> {
    const at = this.call?.place;
    const near = at?.latitude != null ? { near: `${at.latitude},${at.longitude}` } : {};
    return (await this.api.get<{ items: FoundPlace[] }>('/places', { q: words, limit: '6', ...near })).items;
  }

  async near(): Promise<void> {
    const { id, call } = this;
    if (id === null || call === null || (call.place === null && !call.joined)) {
      this.offers = [];
      return;
    }
    try {
      const { items } = await this.api.get<{ items: Offer[] }>(`/calls/${id}/offers`);
      if (this.id === id) this.offers = items;
    } catch {
      // what was known before stays
    }
  }

  async join(incident: string | null): Promise<void> {
    const { id } = this;
    if (id === null) return;
    await this.act(async () => {
      this.hear(await this.api.post<TakenCall>(`/calls/${id}/join`, { incident }));
      void this.near();
    });
  }

  async end(how: Ending): Promise<void> {
    const { id } = this;
    if (id === null) return;
    if (this.waiting.length > 0) {
      this.ending = { id, how };
      return;
    }
    await this.act(async () => {
      const over = await this.api.post<TakenCall>(`/calls/${id}/end`, { how });
      this.calls = this.calls.filter((one) => one.id !== id);
      this.ended = how === 'mistake' ? null : over;
      this.id = this.mine[0]?.id ?? null;
      this.offers = [];
      void this.near();
    });
  }

  private async send(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      for (let first = this.waiting[0]; first; first = this.waiting[0]) {
        const { id, change } = first;
        const seen = this.calls.find((one) => one.id === id)?.seen ?? '0';
        try {
          this.hear(await this.api.patch<TakenCall>(`/calls/${id}`, { seen, ...change }));
          this.failed = this.field = null;
        } catch (error) {
          if (!(error instanceof ApiError) || error.status >= 500) {
            this.failed = t('taking.unkept');
            await timers.sleep(AGAIN_MS);
            continue;
          }
          this.ending = null; // whoever said it looks at what was refused
          const now = error.problem.call;
          if (now) this.hear(now);
          this.failed = error.type === 'belfry:elsewhere' ? t('taking.elsewhere') : error.message;
          this.field = error.field ?? null;
        }
        this.waiting.shift();
        if ('place' in change || 'kind' in change || 'tree' in change || 'answers' in change) void this.near();
      }
    } finally {
      this.sending = false;
      this.owed = this.waiting.length > 0;
    }
    const { ending } = this;
    this.ending = null;
    if (ending && ending.id === this.id) await this.end(ending.how);
  }

  private async act(doing: () => Promise<void>): Promise<void> {
    try {
      await doing();
      this.failed = this.field = null;
    } catch (error) {
      this.failed = error instanceof ApiError ? error.message : t('said.unreachable');
    }
  }

  private hear(call: TakenCall): void {
    const known = this.calls.some((one) => one.id === call.id);
    this.calls = known ? this.calls.map((one) => (one.id === call.id ? call : one)) : [call, ...this.calls];
  }
}

/** A code of three words: another's service has to be asked what it means, so it is no place. */
export function isThreeWords(text: string): boolean {
  return /^(?:\/{2,3}\s*)?\p{L}{2,}[.。・]\p{L}{2,}[.。・]\p{L}{2,}$/u.test(text.trim());
}

/** Whether what was pasted is a message of a phone or a network. */
export function isLocation(text: string): boolean {
  const start = text.trimStart();
  return start.startsWith('A"ML=') || start.startsWith('<');
}
