// Builds the page into the Python package, where the server and the wheel find it.
//
// Nothing is inlined, since the server allows scripts, styles and pictures from itself alone.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

/** Tells the service worker what the phone's page is made of: the entry, its screen, and what either needs. */
function shell(): Plugin {
  return {
    name: 'belfry-shell',
    generateBundle(_, bundle) {
      const wanted = new Set<string>();
      const add = (file: string): void => {
        const chunk = bundle[file];
        if (wanted.has(file) || !chunk || chunk.fileName === WORKER) return;
        wanted.add(file);
        if (chunk.type !== 'chunk') return;
        const own = chunk as typeof chunk & { viteMetadata?: { importedCss?: Set<string>; importedAssets?: Set<string> } };
        [...chunk.imports, ...(own.viteMetadata?.importedCss ?? []), ...(own.viteMetadata?.importedAssets ?? [])].forEach(add);
      };
      for (const chunk of Object.values(bundle)) {
        if (/(^|\/)ticker-[^/]*\.js$/.test(chunk.fileName)) add(chunk.fileName); // the worker that beats
        if (chunk.type !== 'chunk') continue;
        const from = chunk.facadeModuleId ?? '';
        if (/\/(index\.html|screens\/Me\.svelte|messages\/(de|fr|es)\.ts)$/.test(from)) add(chunk.fileName);
      }
      const worker = bundle[WORKER];
      if (worker?.type !== 'chunk') throw new Error(`${WORKER} was not built`);
      const files = [...wanted].sort().map((file) => `/${file}`);
      const version = nameOf(files.join() + worker.code);
      worker.code = worker.code.replace('__SHELL__', JSON.stringify(files)).replace('__VERSION__', version);
    },
  };
}

/** The same for the same words, another for others (FNV-1a). */
function nameOf(words: string): string {
  let hash = 0x811c9dc5;
  for (const one of words) hash = Math.imul(hash ^ (one.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(16);
}

const WORKER = 'sw.js';
const server = 'http://127.0.0.1:8440';

export default defineConfig({
  plugins: [svelte(), shell()],
  build: {
    outDir: '../src/belfry/web/static',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    rollupOptions: {
      input: { index: 'index.html', sw: 'src/sw.ts' },
      output: { entryFileNames: ({ name }) => (name === 'sw' ? WORKER : 'assets/[name]-[hash].js') },
    },
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'], // the first ones that know light-dark()
  },
  server: { proxy: { '/api': server } }, // npm run dev, beside a `belfry serve` on its usual port
  test: { include: ['tests/**/*.test.ts'] },
});
