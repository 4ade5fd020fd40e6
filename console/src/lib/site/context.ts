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
