import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    target: 'es2022',
    // The page's Content-Security-Policy allows no data: scripts or styles.
    assetsInlineLimit: 0,
    // Browsers that know modules know modulepreload: no polyfill, no inline script.
    modulePreload: { polyfill: false },
  },
});
