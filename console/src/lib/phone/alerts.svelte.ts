// The alerts of whoever is on duty: loaded with the queue, then told by the stream one by one.

import type { Api } from '../api';
import type { Alert } from './types';

export class Alerts {
  items = $state.raw<readonly Alert[]>([]);

  /** What still asks for a word, the newest first; of an incident the newest alone, since one word is enough. */
  readonly calling = $derived(
    this.items
      .filter((one, n) => this.items.findIndex((other) => other.incident === one.incident) === n)
      .filter((one) => !one.over && one.answer !== 'accepted' && one.answer !== 'refused'),
  );

  constructor(private readonly api: Api) {}

  async load(): Promise<void> {
    this.items = (await this.api.get<{ items: Alert[] }>('/me/alerts')).items;
  }

  hear(alert: Alert): void {
    const others = this.items.filter((one) => one.alert !== alert.alert);
    this.items = [alert, ...others].sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
  }

  /** What one has answered counts here at once, before the centre has heard it. */
  answered(id: string, answer: 'accepted' | 'refused'): void {
    this.items = this.items.map((one) => (one.alert === id ? { ...one, answer } : one));
  }
}
