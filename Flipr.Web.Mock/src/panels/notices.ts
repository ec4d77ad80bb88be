import { element, setText } from '../dom';
import { count } from '../listings/format';
import type { ReplicaState } from '../sync/replica';
import type { ConnectionState } from './connectionPanel';

/** What ends an outage that does not end by itself. */
const ways: Partial<Record<ConnectionState, string>> = {
  disconnected: '“Connect” in the tools goes on.',
  offline: '“Go online” in the tools goes on.',
  refused: 'the server refuses, see the tools.',
};

/** How long catching up may take before it is worth a word. */
const PATIENCE = 600;

/** What the page says over the map: that it is empty, loading, catching up, or cut off. */
export class Notices {
  #state: ReplicaState = 'loading';
  #connection: ConnectionState = 'connecting';
  #wasConnected = false;
  #knownAt = '';
  #held = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** What the page's address asked for and did not get; stays until it is closed. */
  refusal(text: string): void {
    setText(element('refusal-text'), text);
    element('refusal').hidden = text === '';
    element('refusal-close').addEventListener('click', () => (element('refusal').hidden = true));
  }

  connection(state: ConnectionState): void {
    if (this.#isConnected && state !== 'connected') this.#knownAt = new Date().toLocaleTimeString();
    this.#connection = state;
    this.#wasConnected ||= this.#isConnected;
    this.#show();
  }

  progress(state: ReplicaState): void {
    if (state === this.#state) return;
    this.#state = state;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(), state === 'behind' ? PATIENCE : 0);
  }

  held(size: number): void {
    this.#held = size;
    this.#show();
  }

  get #isConnected(): boolean {
    return this.#connection === 'connected';
  }

  #show(): void {
    const outage = element('outage');
    outage.hidden = this.#isConnected || !this.#wasConnected;
    if (!outage.hidden) setText(outage, `No connection. The map shows what was known at ${this.#knownAt}; ${ways[this.#connection] ?? 'it completes itself once it is back.'}`);
    const progress = element('progress');
    progress.hidden = !this.#isConnected || this.#state === 'complete';
    setText(progress, this.#state === 'loading' ? `Loading listings … ${count(this.#held)}` : 'Catching up …');
    element('empty').hidden = this.#held > 0 || this.#state !== 'complete';
  }
}
