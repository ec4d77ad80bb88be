import { element, make, setText } from '../dom';
import { throttle } from '../throttle';

const MAX_KEPT = 100;

/** What happened last, newest first; it can be paused for reading. */
export class EventLog {
  readonly #list = element('log');
  readonly #kept: string[] = [];
  #isPaused = false;
  readonly #draw = throttle(500, () => {
    // Nobody sees it while the tools are closed.
    if (this.#isPaused || this.#list.closest('[hidden]')) return;
    this.#kept.forEach((text, i) => {
      const row = this.#list.children[i] as HTMLElement | undefined;
      if (row) setText(row, text);
      else this.#list.append(make('li', '', text));
    });
  });

  constructor() {
    const pause = element<HTMLButtonElement>('log-pause');
    pause.addEventListener('click', () => {
      this.#isPaused = !this.#isPaused;
      pause.setAttribute('aria-pressed', String(this.#isPaused));
      setText(pause, this.#isPaused ? 'Go on' : 'Pause');
      this.#draw();
    });
  }

  add(event: string, what: string): void {
    if (this.#isPaused) return;
    this.#kept.unshift(`${new Date().toLocaleTimeString()} ${event} ${what.slice(0, 120)}`);
    this.#kept.length = Math.min(this.#kept.length, MAX_KEPT);
    this.#draw();
  }

  redraw(): void {
    this.#draw();
  }
}
