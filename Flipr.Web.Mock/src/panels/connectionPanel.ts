import type { Backend } from '../backend';
import { element, setText } from '../dom';
import { readTransports, type Settings } from '../settings';
import type { Connection } from '../sync/connection';
import { clip } from '../text';
import type { EventLog } from './eventLog';

const ROUND_TRIP_EVERY = 10_000;
/** The longest words of the server that are shown. */
const MAX_WORDS = 200;

export type ConnectionState = 'connecting' | 'connected' | 'reconnecting' | 'disconnected' | 'offline' | 'refused';

/** The library's words for what the person at the page did. */
const wishes = ['io client disconnect', 'forced close'];

/** Shows the connection, and breaks and mends it on request. */
export class ConnectionPanel {
  #opened = '';
  #isOffline = false;
  #isReconnecting = false;
  #reconnects = 0;

  constructor(
    private readonly socket: Connection,
    settings: Settings,
    private readonly backend: Backend,
    private readonly log: EventLog,
    private readonly changed: (state: ConnectionState) => void,
  ) {
    element('backend').textContent = settings.backend;
    this.#listen();
    this.#control(settings);
    setInterval(() => void this.#measure(), ROUND_TRIP_EVERY);
  }

  #listen(): void {
    const { socket } = this;
    // From the transport's opening on: it may be upgraded before the namespace is joined.
    socket.io.on('open', () => {
      this.#opened = socket.io.engine.transport.name;
      setText(element('upgrade'), 'none');
      socket.io.engine.on('upgrade', () => {
        setText(element('upgrade'), `${this.#opened} → ${socket.io.engine.transport.name}`);
        this.log.add('upgrade', socket.io.engine.transport.name);
        this.#showTransport();
      });
    });
    socket.on('connect', () => {
      if (this.#isReconnecting) setText(element('reconnects'), String(++this.#reconnects));
      this.#isReconnecting = true;
      setText(element('sid'), clip(socket.id, MAX_WORDS) || '–');
      setText(element('message'), '');
      this.#showTransport();
      this.#show('connected');
      this.log.add('connect', socket.id ?? '');
      void this.#measure();
    });
    socket.on('disconnect', (reason) => {
      this.#show(this.#isOffline ? 'offline' : socket.active ? 'reconnecting' : 'disconnected');
      for (const id of ['sid', 'transport', 'upgrade', 'round-trip']) setText(element(id), '–');
      setText(element('message'), wishes.includes(reason) ? 'Disconnected on request.' : `Disconnected: ${reason}.`);
      setText(element('pong'), '');
      this.log.add('disconnect', reason);
    });
    socket.on('connect_error', (error) => {
      if (this.#isOffline) return;
      this.#show(socket.active ? 'reconnecting' : 'refused');
      setText(element('message'), `Could not connect: ${clip(error.message, MAX_WORDS)}.`);
      this.log.add('connect_error', error.message);
    });
    socket.on('connection_status', ({ message }) => setText(element('message'), clip(message, MAX_WORDS)));
  }

  #control(settings: Settings): void {
    const { socket } = this;
    const transports = element<HTMLSelectElement>('transports');
    transports.value = settings.transports.join(',');
    transports.addEventListener('change', () => {
      socket.io.opts.transports = readTransports(transports.value);
      if (socket.connected) socket.disconnect();
      if (!this.#isOffline) socket.connect();
    });
    element('disconnect').addEventListener('click', () => {
      if (socket.active) {
        socket.disconnect();
        this.#show('disconnected');
      } else {
        this.#show('connecting');
        socket.connect();
      }
    });
    const offline = element<HTMLButtonElement>('offline');
    offline.addEventListener('click', () => {
      this.#isOffline = !this.#isOffline;
      this.backend.isOffline = this.#isOffline;
      offline.setAttribute('aria-pressed', String(this.#isOffline));
      setText(offline, this.#isOffline ? 'Go online' : 'Go offline');
      socket.io.reconnection(!this.#isOffline);
      if (this.#isOffline) {
        // As a network that goes away: the connection breaks, nobody says goodbye; and no attempt that waits for its time is left behind.
        socket.io.engine?.close();
        socket.disconnect();
        this.#show('offline');
      } else {
        this.#show('connecting');
        socket.connect();
      }
    });
    element('ping').addEventListener('click', () => {
      const sent = performance.now();
      setText(element('pong'), 'waiting …');
      socket.timeout(10_000).emit('ping_test', { sent: Date.now() }, (error, pong) => {
        setText(element('pong'), error ? 'No answer.' : `${clip(pong.message, MAX_WORDS)} (${(performance.now() - sent).toFixed(1)} ms)`);
      });
    });
  }

  async #measure(): Promise<void> {
    if (!this.socket.connected) return;
    const sent = performance.now();
    try {
      await this.socket.timeout(ROUND_TRIP_EVERY).emitWithAck('ping_test', {});
      setText(element('round-trip'), `${(performance.now() - sent).toFixed(1)} ms`);
    } catch {
      setText(element('round-trip'), '–');
    }
  }

  #show(state: ConnectionState): void {
    const view = element('state');
    setText(view, state);
    view.dataset.state = state;
    element<HTMLButtonElement>('ping').disabled = state !== 'connected';
    element<HTMLButtonElement>('disconnect').disabled = this.#isOffline;
    setText(element('disconnect'), this.socket.active ? 'Disconnect' : 'Connect');
    this.changed(state);
  }

  #showTransport(): void {
    setText(element('transport'), this.socket.io.engine.transport.name);
  }
}
