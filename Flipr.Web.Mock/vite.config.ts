import { defineConfig, loadEnv } from 'vite';

/** What the page asks its own origin for; all of it is the API's. */
const routes = ['/update', '/properties', '/status', '/frontend.json', '/page.json'];

export default defineConfig(({ mode }) => {
  // Aspire's service discovery, or whoever starts `npm run dev` by hand; also from .env.local.
  const settings = loadEnv(mode, '.', ['services__api__', 'API_URL']);
  const api = settings.services__api__http__0 || settings.services__api__https__0 || settings.API_URL || 'http://localhost:5005';
  const passedOn = { target: api, changeOrigin: true };
  return {
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
    // `npm run dev`: the page from its sources, on one origin with the API.
    server: {
      proxy: { ...Object.fromEntries(routes.map((route) => [route, passedOn])), '/socket.io': { ...passedOn, ws: true } },
    },
  };
});
