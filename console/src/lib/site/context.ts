// The editor that the fields of a form belong to.
import { getContext, setContext } from 'svelte';
import type { Editor } from './editor.svelte';

const KEY = Symbol('editor');

export function provideEditor(editor: Editor): Editor {
  return setContext(KEY, editor);
}

export function useEditor(): Editor {
  return getContext<Editor>(KEY);
}

/** For another editor: its fields are shown by the same parts, which ask it for flaws alone. */
export function provideFlaws(editor: Pick<Editor, 'flaw'>): void {
  setContext(KEY, editor);
}
