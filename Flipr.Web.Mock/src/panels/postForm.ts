import type { Backend } from '../backend';
import { element, setText } from '../dom';

/** The form that posts one listing, as a collector would; without coordinates it lands near the middle of the map. */
export class PostForm {
  readonly #form = element<HTMLFormElement>('post');

  constructor(backend: Backend, center: () => [number, number]) {
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#post(backend, center());
    });
  }

  /** What stands in the form now: it is kept nowhere else. */
  get key(): string {
    return (this.#form.elements.namedItem('key') as HTMLInputElement).value.trim();
  }

  focus(): void {
    (this.#form.elements.namedItem('address') as HTMLInputElement).focus();
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
      setText(outcome, `Could not post: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}
