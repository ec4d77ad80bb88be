import { App } from './app';
import { loadPageSettings } from './pageSettings';
import { readSettings } from './settings';
import './style.css'; // after the map library's own

declare global {
  /** For the console, the tests and the benchmark. */
  var flipr: App;
}

globalThis.flipr = new App(readSettings(window.location, await loadPageSettings()));
