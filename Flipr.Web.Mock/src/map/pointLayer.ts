import type { Feature, FeatureCollection, Point } from 'geojson';
import type { GeoJSONSource, GeoJSONSourceDiff } from 'maplibre-gl';
import { hasPlace, type Listing } from '../listings/listing';

/** More than this at once is handed over whole. */
const MAX_DIFF = 4000;

/** MapLibre's copy of what its worker holds: a third of what a listing takes, and the store has it all. So it keeps nothing. */
class NoCopy extends Map<number | string, Feature> {
  override set(): this {
    return this;
  }
}

/**
 * The listings in one source of the map. Changes gather, and go to the map's worker together: it clusters anew each time, so they wait until it is done with
 * those before.
 */
export class PointLayer {
  /** By number. */
  readonly #isShown: boolean[] = [];
  readonly #changed = new Map<number, Listing | undefined>();
  #abandon = (): void => {};

  constructor(
    /** Undefined while the map has none. */
    private readonly source: () => GeoJSONSource | undefined,
    private readonly properties: (listing: Listing) => Record<string, number>,
  ) {}

  get hasChanges(): boolean {
    return this.#changed.size > 0;
  }

  put(listing: Listing): void {
    this.#changed.set(listing.number, hasPlace(listing) ? listing : undefined);
  }

  remove(number: number): void {
    this.#changed.set(number, undefined);
  }

  /** Shows these and no others. */
  async showAll(listings: Iterable<Listing>): Promise<void> {
    const source = this.source();
    if (!source) return;
    this.#isShown.fill(false);
    this.#changed.clear();
    const data: FeatureCollection<Point> = { type: 'FeatureCollection', features: [] };
    for (const listing of listings) {
      if (hasPlace(listing)) data.features.push(this.#show(listing));
    }
    const isTaken = source.setData(data);
    source._data = { updateable: new NoCopy() };
    await this.#unlessAbandoned(isTaken);
  }

  /** What changes meanwhile waits for the next time: else the map would be drawn without a pause as long as listings arrive. */
  async flush(): Promise<void> {
    for (let due = this.#changed.size; due > 0; due -= MAX_DIFF) {
      const source = this.source();
      if (!source) return;
      const { add, remove } = this.#take(Math.min(due, MAX_DIFF));
      if (add.length + remove.length > 0) await this.#unlessAbandoned(source.updateData({ add, remove }));
    }
  }

  /** Waits no longer for an answer of the worker: it never comes when the source is gone. */
  abandon(): void {
    this.#abandon();
  }

  #take(most: number): Required<Pick<GeoJSONSourceDiff, 'add' | 'remove'>> {
    const diff = { add: [] as Feature<Point>[], remove: [] as number[] };
    for (const [number, listing] of this.#changed) {
      if (most-- <= 0) break;
      this.#changed.delete(number);
      if (listing) {
        diff.add.push(this.#show(listing));
      } else if (this.#isShown[number]) {
        this.#isShown[number] = false;
        diff.remove.push(number);
      }
    }
    return diff;
  }

  #show(listing: Listing): Feature<Point> {
    this.#isShown[listing.number] = true;
    return {
      type: 'Feature',
      id: listing.number,
      properties: this.properties(listing),
      geometry: { type: 'Point', coordinates: [listing.lng, listing.lat] },
    };
  }

  #unlessAbandoned(isTaken: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#abandon = resolve;
      isTaken.then(resolve, reject);
    });
  }
}
