/** A listing as the backend announces it: an open object, written by strangers. */
export interface Listing {
  id: string;
  [field: string]: unknown;
}

/** More than a person reads, less than a browser minds. */
const MAX_SHOWN = 200;

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });

/** The list of arrivals, newest first, one entry per listing. Whatever a listing contains is shown as text, never as markup. */
export class ListingList {
  readonly #entries = new Map<string, HTMLLIElement>();
  #arrivals = 0;

  constructor(
    private readonly list: HTMLOListElement,
    private readonly empty: HTMLElement,
    private readonly count: HTMLElement,
  ) {}

  show(listing: Listing, what: 'new' | 'updated'): void {
    this.remove(listing.id);
    const entry = document.createElement('li');
    entry.dataset.id = listing.id;
    entry.append(
      span('badge', what),
      span('address', text(listing.address) || listing.id),
      span('price', typeof listing.price === 'number' ? dollars.format(listing.price) : ''),
      span('detail', details(listing)),
    );
    this.list.prepend(entry);
    this.#entries.set(listing.id, entry);
    if (this.#entries.size > MAX_SHOWN) this.remove(this.#entries.keys().next().value!);
    this.#arrivals++;
    this.#refresh();
  }

  remove(id: string): void {
    this.#entries.get(id)?.remove();
    this.#entries.delete(id);
    this.#refresh();
  }

  #refresh(): void {
    this.empty.hidden = this.#entries.size > 0;
    this.count.textContent = String(this.#arrivals);
  }
}

function details(listing: Listing): string {
  const parts = [
    amount(listing.bedrooms, 'bed'),
    amount(listing.bathrooms, 'bath'),
    listing.deal_rating === 'Unknown' ? '' : text(listing.deal_rating),
    text(listing.ai_evaluation_reasoning),
  ];
  return parts.filter(Boolean).join(' · ');
}

function amount(value: unknown, unit: string): string {
  return typeof value === 'number' ? `${value} ${unit}${value === 1 ? '' : 's'}` : '';
}

/** Text of a field that should be a string; an address may also be an object with one line. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'oneLine' in value) return text(value.oneLine);
  return '';
}

function span(className: string, content: string): HTMLSpanElement {
  const element = document.createElement('span');
  element.className = className;
  element.textContent = content;
  return element;
}
