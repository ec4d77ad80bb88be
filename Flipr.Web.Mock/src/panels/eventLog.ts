import { element, make, setText } from '../dom';
import { clip } from '../text';
import { throttle } from '../throttle';

const MAX_KEPT = 100;
const MAX_LENGTH = 120;

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

  add(event: string, what: unknown): void {
    if (this.#isPaused) return;
    this.#kept.unshift(`${new Date().toLocaleTimeString()} ${event} ${clip(what, MAX_LENGTH)}`);
    this.#kept.length = Math.min(this.#kept.length, MAX_KEPT);
    this.#draw();
  }

  redraw(): void {
    this.#draw();
  }
}
