// Every key of the console, in one table. What a button shows, what the help lists and what a press does all come
// from here. Letters are matched as the layout prints them, digits by their place, since some layouts shift them.

export type ActionId =
  | 'next'
  | 'take'
  | 'takeover'
  | 'release'
  | 'hold'
  | 'note'
  | 'reclassify'
  | 'close'
  | 'reopen'
  | 'beside'
  | 'merge'
  | 'join'
  | 'handover'
  | 'training'
  | 'do'
  | 'skip'
  | 'undo'
  | 'arrived'
  | 'calls'
  | 'call-next'
  | 'call-back'
  | 'call-again'
  | 'call-dial'
  | 'score'
  | 'up'
  | 'down'
  | 'first'
  | 'last'
  | 'open'
  | 'leave'
  | 'submit'
  | 'filter-all'
  | 'filter-mine'
  | 'filter-untouched'
  | 'filter-held'
  | 'filter-closed'
  | 'filter-on-test'
  | 'filter-unassigned'
  | 'ready'
  | 'floor'
  | 'many'
  | 'site'
  | 'word'
  | 'sites'
  | 'on-test'
  | 'supervision'
  | 'storm'
  | 'put-on'
  | 'edit'
  | 'volume'
  | 'send'
  | 'level'
  | 'units-back'
  | 'dispatch'
  | 'command'
  | 'new-call'
  | 'help';

export interface Key {
  id: ActionId;
  /** `KeyboardEvent.key`, lower case, or a `Digit` code. */
  press: string;
  with?: 'shift' | 'ctrl';
  /** On the keycap. */
  cap: string;
  /** Works while a field has the focus. */
  inFields?: true;
  group: 'queue' | 'incident' | 'views' | 'everywhere';
}

export const KEYS: readonly Key[] = [
  { id: 'merge', press: 'g', with: 'shift', cap: '⇧G', group: 'incident' },
  { id: 'join', press: '=', cap: '=', group: 'incident' },
  { id: 'handover', press: 'h', with: 'shift', cap: '⇧H', group: 'everywhere' },
  { id: 'training', press: 't', with: 'shift', cap: '⇧T', group: 'everywhere' },
  { id: 'send', press: 's', with: 'shift', cap: '⇧S', group: 'incident' },
  { id: 'level', press: 'l', with: 'shift', cap: '⇧L', group: 'incident' },
  { id: 'units-back', press: 'r', with: 'shift', cap: '⇧R', group: 'incident' },
  { id: 'dispatch', press: 'u', with: 'shift', cap: '⇧U', group: 'everywhere' },
  { id: 'new-call', press: 'c', with: 'shift', cap: '⇧C', group: 'everywhere' },
  { id: 'command', press: '/', cap: '/', group: 'everywhere' },
  { id: 'next', press: 'n', cap: 'N', group: 'queue' },
  { id: 'take', press: 't', cap: 'T', group: 'queue' },
  { id: 'up', press: 'arrowup', cap: '↑', group: 'queue' },
  { id: 'down', press: 'arrowdown', cap: '↓', group: 'queue' },
  { id: 'first', press: 'home', cap: 'Home', group: 'queue' },
  { id: 'last', press: 'end', cap: 'End', group: 'queue' },
  { id: 'open', press: 'enter', cap: 'Enter', group: 'queue' },
  { id: 'skip', press: 'd', with: 'shift', cap: '⇧D', group: 'incident' },
  { id: 'do', press: 'd', cap: 'D', group: 'incident' },
  { id: 'undo', press: 'backspace', cap: '⌫', group: 'incident' },
  { id: 'arrived', press: 'i', cap: 'I', group: 'incident' },
  { id: 'calls', press: 'j', cap: 'J', group: 'incident' },
  { id: 'call-next', press: 'arrowright', cap: '→', group: 'incident' },
  { id: 'call-back', press: 'arrowleft', cap: '←', group: 'incident' },
  { id: 'call-again', press: 'z', with: 'shift', cap: '⇧Z', group: 'incident' },
  { id: 'call-dial', press: 'z', cap: 'Z', group: 'incident' },
  { id: 'score', press: 'q', cap: 'Q', group: 'incident' },
  { id: 'takeover', press: 'o', cap: 'O', group: 'incident' },
  { id: 'release', press: 'r', cap: 'R', group: 'incident' },
  { id: 'hold', press: 'h', cap: 'H', group: 'incident' },
  { id: 'note', press: 'm', cap: 'M', group: 'incident' },
  { id: 'reclassify', press: 'k', cap: 'K', group: 'incident' },
  { id: 'close', press: 'c', cap: 'C', group: 'incident' },
  { id: 'reopen', press: 'b', cap: 'B', group: 'incident' },
  { id: 'beside', press: 'g', cap: 'G', group: 'incident' },
  { id: 'site', press: 'a', cap: 'A', group: 'incident' },
  { id: 'word', press: 'w', cap: 'W', group: 'incident' },
  { id: 'edit', press: 'e', cap: 'E', group: 'incident' },
  { id: 'filter-all', press: 'Digit1', with: 'shift', cap: '⇧1', group: 'views' },
  { id: 'filter-mine', press: 'Digit2', with: 'shift', cap: '⇧2', group: 'views' },
  { id: 'filter-untouched', press: 'Digit3', with: 'shift', cap: '⇧3', group: 'views' },
  { id: 'filter-held', press: 'Digit4', with: 'shift', cap: '⇧4', group: 'views' },
  { id: 'filter-closed', press: 'Digit5', with: 'shift', cap: '⇧5', group: 'views' },
  { id: 'filter-on-test', press: 'Digit6', with: 'shift', cap: '⇧6', group: 'views' },
  { id: 'filter-unassigned', press: 'Digit8', with: 'shift', cap: '⇧8', group: 'views' },
  { id: 'ready', press: 'y', cap: 'Y', group: 'queue' },
  { id: 'many', press: 'l', cap: 'L', group: 'queue' },
  { id: 'submit', press: 'enter', with: 'ctrl', cap: 'Ctrl+Enter', inFields: true, group: 'everywhere' },
  { id: 'leave', press: 'escape', cap: 'Esc', inFields: true, group: 'everywhere' },
  { id: 'sites', press: 's', cap: 'S', group: 'everywhere' },
  { id: 'on-test', press: 'p', cap: 'P', group: 'everywhere' },
  { id: 'supervision', press: 'u', cap: 'U', group: 'everywhere' },
  { id: 'storm', press: 'x', cap: 'X', group: 'everywhere' },
  { id: 'floor', press: 'f', cap: 'F', group: 'everywhere' },
  { id: 'put-on', press: '+', cap: '+', group: 'everywhere' },
  { id: 'volume', press: 'v', cap: 'V', group: 'everywhere' },
  { id: 'help', press: '?', cap: '?', group: 'everywhere' },
];

const BY_ID = new Map(KEYS.map((key) => [key.id, key]));

export function keyOf(id: ActionId): Key {
  return BY_ID.get(id) as Key;
}

/** What a press asks for, or null. */
export function actionOf(event: KeyboardEvent): ActionId | null {
  if (event.altKey || event.isComposing || event.defaultPrevented) return null;
  const field = isField(event.target);
  const control = event.ctrlKey || event.metaKey;
  for (const key of KEYS) {
    const printed = key.press.startsWith('Digit') ? event.code : event.key.toLowerCase();
    if (printed !== key.press || control !== (key.with === 'ctrl')) continue;
    if (key.with === 'shift' && !event.shiftKey) continue;
    if (field && !key.inFields) continue;
    if (MOVING.has(key.id) && movesItself(event.target, key.id)) return null;
    if (event.repeat && !REPEATING.has(key.id)) return null;
    return key.id;
  }
  return null;
}

/** Held down, these go on; an act never does. */
const REPEATING: ReadonlySet<ActionId> = new Set(['up', 'down']);

const MOVING: ReadonlySet<ActionId> = new Set(['up', 'down', 'first', 'last', 'open']);

/** Radio buttons and sliders move by arrows, buttons and links are pressed by Enter: theirs first. */
function movesItself(target: EventTarget | null, id: ActionId): boolean {
  if (target instanceof HTMLInputElement) return true;
  return id === 'open' && target instanceof HTMLElement && target.closest('button, a, summary') !== null;
}

const PLAIN_INPUTS = new Set(['button', 'checkbox', 'radio', 'submit', 'range']);

/** Whether something is typed there. */
export function isField(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.tagName === 'TEXTAREA' || target.tagName === 'SELECT') return true;
  return target instanceof HTMLInputElement && !PLAIN_INPUTS.has(target.type);
}
