import { readListing, type Listing, type RawListing } from './listing';

/** Every listing that the page knows. */
export class ListingStore {
  readonly #byId = new Map<string, Listing>();
  /** Numbers follow each other: an array takes a tenth of a map's memory. */
  readonly #byNumber: (Listing | undefined)[] = [undefined];
  #newestFirst: Listing[] = [];
  #isSorted = true;
  #last = 0;

  get size(): number {
    return this.#byId.size;
  }

  byNumber(number: number): Listing | undefined {
    return this.#byNumber[number];
  }

  byId(id: string): Listing | undefined {
    return this.#byId.get(id);
  }

  put(raw: RawListing): Listing {
    const before = this.#byId.get(raw.id);
    const listing = readListing(raw, before?.number ?? ++this.#last);
    this.#byId.set(listing.id, listing);
    this.#byNumber[listing.number] = listing;
    this.#isSorted = false;
    return listing;
  }

  remove(id: string): Listing | undefined {
    const listing = this.#byId.get(id);
    if (!listing) return undefined;
    this.#byId.delete(id);
    this.#byNumber[listing.number] = undefined;
    this.#isSorted = false;
    return listing;
  }

  clear(): void {
    this.#byId.clear();
    this.#byNumber.fill(undefined); // Their numbers are not given anew: the map may still hold some.
    this.#isSorted = false;
  }

  /** As GET /properties orders them; of one second the one that arrived last comes first. */
  newestFirst(): readonly Listing[] {
    if (!this.#isSorted) {
      // They were put nearly in the order of time: sorting them costs little more than looking at them.
      this.#newestFirst = [...this.#byId.values()].reverse().sort((a, b) => b.timestamp - a.timestamp || b.number - a.number);
      this.#isSorted = true;
    }
    return this.#newestFirst;
  }
}
