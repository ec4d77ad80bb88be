import { element } from '../dom';

/** A part of the page that a button opens and closes. */
export class Drawer {
  readonly #panel: HTMLElement;
  readonly #button: HTMLElement;

  constructor(
    panel: string,
    button: string,
    private readonly changed: () => void = () => {},
  ) {
    this.#panel = element(panel);
    this.#button = element(button);
    this.#button.addEventListener('click', () => {
      this.toggle();
      if (!this.#panel.hidden && this.#panel.hasAttribute('tabindex')) this.#panel.focus();
    });
    this.#panel.addEventListener('keydown', (event) => {
      if (event.key !== 'Escape') return;
      event.stopPropagation();
      this.close();
    });
  }

  /** Closes it; who was in it is back at its button. */
  close(): void {
    this.toggle(false);
    this.#button.focus();
  }

  toggle(isOpen = this.#panel.hidden): void {
    this.#panel.hidden = !isOpen;
    this.#button.setAttribute('aria-expanded', String(isOpen));
    this.changed();
  }
}
