import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    target: 'es2022',
    // The page's Content-Security-Policy allows no data: scripts or styles.
    assetsInlineLimit: 0,
    // Browsers that know modules know modulepreload: no polyfill, no inline script.
    modulePreload: { polyfill: false },
    // The map library is what it is, a megabyte before compression.
    chunkSizeWarningLimit: 2000,
  },
  // The map's worker: a file of its own, so that worker-src 'self' suffices.
  worker: { format: 'es' },
});
