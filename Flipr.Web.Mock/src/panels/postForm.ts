import type { Backend } from '../backend';
import { element, setText } from '../dom';
import { problem } from '../text';

/** The form that posts one listing, as a collector would; without coordinates it lands near the middle of the map. Half a place is none. */
export class PostForm {
  readonly #form = element<HTMLFormElement>('post');

  constructor(backend: Backend, takesKey: boolean, center: () => [number, number]) {
    if (!takesKey) {
      this.#field('key').disabled = true;
      setText(element('key-hint'), '(not sent: a link named this backend, and anybody can make a link)');
    }
    this.#form.addEventListener('input', () => this.#checkPlace());
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#post(backend, center());
    });
  }

  /** What stands in the form now: it is kept nowhere else. Empty where it may not be sent. */
  get key(): string {
    const field = this.#field('key');
    return field.disabled ? '' : field.value.trim();
  }

  focus(): void {
    this.#field('address').focus();
  }

  #field(name: string): HTMLInputElement {
    return this.#form.elements.namedItem(name) as HTMLInputElement;
  }

  #checkPlace(): void {
    const place = [this.#field('latitude'), this.#field('longitude')];
    const isHalf = place.some((field) => field.value === '') && place.some((field) => field.value !== '');
    for (const field of place) field.setCustomValidity(isHalf && field.value === '' ? 'Give both, or neither for the middle of the map.' : '');
  }

  async #post(backend: Backend, [lng, lat]: [number, number]): Promise<void> {
    const outcome = element('posted');
    setText(outcome, 'posting …');
    const listing: Record<string, unknown> = {};
    for (const [name, value] of new FormData(this.#form)) {
      if (name === 'key' || value === '') continue;
      listing[name] = name === 'address' || name === 'ai_evaluation_reasoning' ? value : Number(value);
    }
    // A little apart, so that listings posted in a row do not lie on one another.
    listing.latitude ??= lat + (Math.random() - 0.5) / 10;
    listing.longitude ??= lng + (Math.random() - 0.5) / 10;
    try {
      setText(outcome, `Posted as ${await backend.post(listing, this.key)}.`);
    } catch (error) {
      setText(outcome, `Could not post: ${problem(error)}`);
    }
  }
}
