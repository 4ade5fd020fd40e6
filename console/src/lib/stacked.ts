// Tables on a phone: each row becomes a block, each cell says its own heading (`table.stacked` in app.css).

/** Write the headings of a table on its cells, now and whenever its rows change. An attachment for the table. */
export function stacked(table: HTMLTableElement): () => void {
  const tell = () => {
    const heads = [...table.querySelectorAll('thead th')].map((head) => head.textContent?.trim() ?? '');
    for (const row of table.querySelectorAll<HTMLTableRowElement>('tbody tr')) {
      [...row.cells].forEach((cell, n) => (cell.dataset.label = heads[n] ?? ''));
    }
  };
  tell();
  const seen = new MutationObserver(tell);
  seen.observe(table, { childList: true, subtree: true, characterData: true });
  return () => seen.disconnect();
}
