// Links of the console are real ones: a plain click stays in this page, any other one is the browser's.

/** Take a plain click for this page. False: it opens a tab or a window of its own, and is none of ours. */
export function takesClick(event: MouseEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return false;
  event.preventDefault();
  return true;
}
