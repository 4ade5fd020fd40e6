import { beforeAll, expect, test } from 'vitest';
import { actionOf } from '../src/lib/keys';

class Element {
  isContentEditable = false;
  constructor(
    readonly tagName: string,
    readonly type = 'text',
  ) {}
  closest(selector: string): Element | null {
    return selector.includes(this.tagName.toLowerCase()) ? this : null;
  }
}
class Input extends Element {
  constructor(type = 'text') {
    super('INPUT', type);
  }
}

beforeAll(() => Object.assign(globalThis, { HTMLElement: Element, HTMLInputElement: Input }));

function press(key: string, more: Record<string, unknown> = {}) {
  const plain = { code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, repeat: false };
  return actionOf({ ...plain, key, target: new Element('MAIN'), ...more } as unknown as KeyboardEvent);
}

test('letters are matched as the layout prints them, with caps lock too', () => {
  expect(press('n')).toBe('next');
  expect(press('N')).toBe('next');
  expect(press('m', { code: 'Semicolon' })).toBe('note');
});

test('views are matched by the place of the digit, whatever shift makes of it', () => {
  expect(press('!', { code: 'Digit1', shiftKey: true })).toBe('filter-all');
  expect(press('1', { code: 'Digit1', shiftKey: true })).toBe('filter-all');
  expect(press('1', { code: 'Digit1' })).toBeNull();
});

test('the browser keeps its own keys', () => {
  for (const own of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) expect(press('n', own)).toBeNull();
});

test('whoever types only types, and may send or leave', () => {
  const target = new Element('TEXTAREA');
  expect(press('c', { target })).toBeNull();
  expect(press('Enter', { target })).toBeNull();
  expect(press('Enter', { target, ctrlKey: true })).toBe('submit');
  expect(press('Escape', { target })).toBe('leave');
});

test('a held key moves on, but never acts twice', () => {
  expect(press('ArrowDown', { repeat: true })).toBe('down');
  expect(press('n', { repeat: true })).toBeNull();
});

test('Enter on a button presses it, arrows in a list of choices choose', () => {
  expect(press('Enter')).toBe('open');
  expect(press('Enter', { target: new Element('BUTTON') })).toBeNull();
  expect(press('ArrowDown', { target: new Input('radio') })).toBeNull();
  expect(press('c', { target: new Input('radio') })).toBe('close');
});

test('a slash opens the command line however the layout makes it, and is a slash in a field', () => {
  expect(press('/')).toBe('command');
  expect(press('/', { code: 'Digit7', shiftKey: true })).toBe('command');
  expect(press('/', { code: 'NumpadDivide' })).toBe('command');
  expect(press('/', { target: new Input() })).toBeNull();
  expect(press('/', { target: new Element('TEXTAREA') })).toBeNull();
});

test('shift tells sending from the search, and calling units back from giving an incident back', () => {
  expect([press('S', { shiftKey: true }), press('s'), press('S')]).toEqual(['send', 'sites', 'sites']);
  expect([press('R', { shiftKey: true }), press('r')]).toEqual(['units-back', 'release']);
  expect([press('L', { shiftKey: true }), press('l')]).toEqual(['level', 'many']);
  expect([press('U', { shiftKey: true }), press('u')]).toEqual(['dispatch', 'supervision']);
});
