import './style.css';
import { App } from './app';

declare global {
  /** For the console, the tests and the benchmark. */
  var flipr: App;
}

globalThis.flipr = new App();
