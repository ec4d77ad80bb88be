import { element, make, setText } from '../dom';
import { tiers } from '../listings/deal';
import { count, detail, price, rooms, tierName } from '../listings/format';
import { MAX_ID, type Listing } from '../listings/listing';
import { clip } from '../text';
import { VirtualList } from './virtualList';

const ROW_HEIGHT = 84; // as in the style sheet
const FRESH_FOR = 4000;

/** The listings in view, newest first: a listbox that keyboard and screen reader can walk through. */
export class ListView {
  readonly #list = element<HTMLOListElement>('listings');
  readonly #scroller = element('scroller');
  readonly #newer = element<HTMLButtonElement>('newer');
  readonly #rows: VirtualList<Listing>;
  /** When a listing arrived that is still to be pointed out. */
  readonly #fresh = new Map<number, number>();
  #selected: number | undefined;
  #unseen = 0;

  constructor(private readonly open: (listing: Listing, byKeyboard: boolean) => void) {
    this.#rows = new VirtualList(this.#list, this.#scroller, ROW_HEIGHT, (row, listing, index) => this.#draw(row, listing, index));
    this.#list.addEventListener('click', (event) => {
      const row = (event.target as Element).closest('li');
      const listing = row && this.#rows.items.find(({ number }) => idOf(number) === row.id);
      if (listing) this.#choose(listing, false);
    });
    this.#list.addEventListener('keydown', (event) => this.#onKey(event));
    this.#newer.addEventListener('click', () => {
      this.#rows.scrollToTop(0);
      this.#list.focus({ preventScroll: true });
    });
    this.#scroller.addEventListener('scroll', () => this.#showNewer(this.#isAtTop() ? 0 : this.#unseen), { passive: true });
  }

  get length(): number {
    return this.#rows.items.length;
  }

  show(listings: readonly Listing[]): void {
    // Who reads further down goes on reading there.
    const anchor = this.#isAtTop() ? undefined : this.#rows.items[Math.floor(this.#rows.top / ROW_HEIGHT)];
    const before = anchor ? this.#rows.items.indexOf(anchor) : -1;
    this.#rows.show(listings);
    if (anchor) {
      const now = listings.findIndex(({ number }) => number === anchor.number);
      if (now > before && before >= 0) this.#rows.scrollToTop(this.#rows.top + (now - before) * ROW_HEIGHT);
    }
  }

  /** A listing in view has just arrived. */
  pointOut(listing: Listing): void {
    const now = performance.now();
    for (const [number, at] of this.#fresh) if (now - at > FRESH_FOR) this.#fresh.delete(number);
    if (this.#fresh.size < 50) this.#fresh.set(listing.number, now);
    if (!this.#isAtTop()) this.#showNewer(this.#unseen + 1);
  }

  select(number: number | undefined): void {
    this.#selected = number;
    this.#rows.redraw();
    this.#tellSelection();
  }

  focus(): void {
    this.#list.focus({ preventScroll: true });
  }

  #choose(listing: Listing, byKeyboard: boolean): void {
    this.select(listing.number);
    this.open(listing, byKeyboard);
  }

  #onKey(event: KeyboardEvent): void {
    const items = this.#rows.items;
    const at = items.findIndex(({ number }) => number === this.#selected);
    const page = Math.max(1, Math.floor(this.#rows.height / ROW_HEIGHT) - 1);
    const steps: Record<string, number> = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: items.length - 1 };
    if (event.key === 'Enter' || event.key === ' ') {
      if (items[at]) this.#choose(items[at], true);
    } else if (event.key in steps && items.length > 0) {
      const to = Math.min(items.length - 1, Math.max(0, steps[event.key]!));
      this.#selected = items[to]!.number;
      this.#rows.scrollTo(to);
      this.#tellSelection();
    } else {
      return;
    }
    event.preventDefault();
  }

  #tellSelection(): void {
    const row = this.#list.querySelector('li[aria-selected=true]');
    if (row) this.#list.setAttribute('aria-activedescendant', row.id);
    else this.#list.removeAttribute('aria-activedescendant');
  }

  #isAtTop(): boolean {
    return this.#rows.top < ROW_HEIGHT / 2;
  }

  #showNewer(unseen: number): void {
    if (unseen === this.#unseen && this.#newer.hidden === (unseen === 0)) return;
    this.#unseen = unseen;
    this.#newer.hidden = unseen === 0;
    setText(this.#newer, `${count(unseen)} new ↑`);
  }

  #draw(row: HTMLLIElement, listing: Listing, index: number): void {
    if (!row.firstChild) {
      row.role = 'option';
      row.append(make('span', 'badge'), make('span', 'price'), make('span', 'rooms'), make('span', 'address'), make('span', 'detail'));
    }
    const at = this.#fresh.get(listing.number);
    row.id = idOf(listing.number);
    row.dataset.id = clip(listing.id, MAX_ID);
    row.classList.toggle('fresh', at !== undefined && performance.now() - at < FRESH_FOR);
    row.setAttribute('aria-selected', String(listing.number === this.#selected));
    row.setAttribute('aria-posinset', String(index + 1));
    row.setAttribute('aria-setsize', String(this.#rows.items.length));
    const [badge, ...texts] = row.children as unknown as HTMLElement[];
    setText(badge!, tierName(listing));
    badge!.style.setProperty('--tier', tiers[listing.tier]!.color);
    [price(listing) || 'No price', rooms(listing), listing.address, detail(listing)].forEach((text, i) => setText(texts[i]!, text));
  }
}

const idOf = (number: number): string => `listing-${number}`;
