// Builds the page into the Python package, where the server and the wheel find it.
//
// Nothing is inlined, since the server allows scripts, styles and pictures from itself alone.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

const server = 'http://127.0.0.1:8440';

export default defineConfig({
  plugins: [svelte()],
  build: {
    outDir: '../src/belfry/web/static',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    cssTarget: ['chrome123', 'firefox121', 'safari17.5'], // the first ones that know light-dark()
  },
  server: { proxy: { '/api': server } }, // npm run dev, beside a `belfry serve` on its usual port
  test: { include: ['tests/**/*.test.ts'] },
});
