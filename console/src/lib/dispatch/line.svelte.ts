// What a command does once it is understood. The line itself is `command.ts`; here it meets the centre.

import { app } from '../app.svelte';
import type { Desk } from '../desk.svelte';
import { t, word } from '../i18n.svelte';
import { kinds } from '../kinds.svelte';
import { siteOf } from '../words';
import type { Command, Problem, World } from './command';

export interface Place {
  kind: string;
  label: string;
  latitude: number;
  longitude: number;
  site?: string | null;
}

/** What stands below the line after it was sent: nothing more to do, places, or the list of commands. */
export type Done = { done: boolean; places?: Place[]; help?: true };

/** Lines typed before, the newest last; gone with the page. Notes and reasons are not among them: they are about people. */
export const history: string[] = [];

export function remember(line: string, command: Command): void {
  const plain = line.trim();
  if (command.do === 'note' || (command.do === 'send' && command.why) || history.at(-1) === plain) return;
  history.push(plain);
  if (history.length > 50) history.shift();
}

export function worldOf(desk: Desk): World {
  const opened = app.page === 'dispatch' ? desk.dispatching.chosen : app.page === 'desk' ? (app.handling?.id ?? null) : null;
  return {
    units: desk.units.all.map(({ id, call_sign, on_duty, incident, crew }) => ({ id, call_sign, on_duty, incident, crew: crew.map((one) => one.user) })),
    incidents: desk.open.map((row) => ({ id: row.id, number: row.number, label: `${kinds.label(row)}, ${siteOf(row)}` })),
    opened,
    me: desk.me,
  };
}

/** What was wanted instead, in words. */
export function told({ problem, word: typed, options }: Problem): string {
  const params = { word: typed, options: options.join(', ') };
  if (problem === 'unit' && options.length > 0) return t('line.problem.unit.like', params);
  return word('line.problem', problem, params);
}

export async function run(desk: Desk, command: Command): Promise<Done> {
  const { dispatching, units } = desk;
  switch (command.do) {
    case 'send':
      await dispatching.send(command.incident, command.units.map((one) => ({ unit: one.id, ...(command.why ? { reason: command.why } : {}) })));
      return { done: dispatching.refused === null };
    case 'status': {
      for (const one of command.units) {
        if (!(await dispatching.act(one.incident ?? '', async () => void (await units.say(one.id, command.status))))) return { done: false };
      }
      desk.say(t('said.unit_status', { signs: command.units.map((one) => one.call_sign).join(', '), status: word('unit_status', command.status) }));
      return { done: true };
    }
    case 'release':
      for (const one of command.units) if (one.incident) await dispatching.release(one.incident, [one]);
      return { done: dispatching.refused === null };
    case 'note':
      return act(desk, command.incident.id, async () => {
        await desk.api.post(`/incidents/${encodeURIComponent(command.incident.id)}/note`, { text: command.text });
        desk.say(t('said.note', { number: `#${command.incident.number}`, label: command.incident.label }));
      });
    case 'level':
      return { done: await dispatching.level(command.incident, command.level) };
    case 'on':
      return act(desk, '', async () => {
        await units.signOn(command.unit.id, command.user === desk.me ? {} : { user: command.user });
        desk.say(t('said.unit_on', { user: command.user, sign: command.unit.call_sign }));
      });
    case 'off':
      return act(desk, '', async () => {
        for (const user of command.users) await units.signOff(command.unit.id, user);
        desk.say(t('said.unit_off', { user: command.users.join(', ') }));
      });
    case 'go':
      app.go('desk');
      await app.handling?.open(command.incident.id);
      return { done: true };
    case 'find': {
      let places: Place[] = [];
      const done = await dispatching.act('', async () => void (places = (await desk.api.get<{ items: Place[] }>('/places', { q: command.text })).items));
      return { done: false, ...(done ? { places } : {}) };
    }
    case 'help':
      return { done: false, help: true };
  }
}

async function act(desk: Desk, incident: string, doing: () => Promise<void>): Promise<Done> {
  return { done: await desk.dispatching.act(incident, doing) };
}
