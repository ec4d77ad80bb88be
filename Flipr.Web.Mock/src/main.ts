import { App } from './app';
import './style.css'; // after the map library's own

declare global {
  /** For the console, the tests and the benchmark. */
  var flipr: App;
}

globalThis.flipr = new App();
