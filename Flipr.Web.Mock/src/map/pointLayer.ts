import type { Feature, FeatureCollection, Point } from 'geojson';
import type { GeoJSONSource, GeoJSONSourceDiff } from 'maplibre-gl';
import { hasPlace, type Listing } from '../listings/listing';

/** More than this at once is handed over whole. */
const MAX_DIFF = 4000;

/**
 * The listings in one source of the map. Changes gather, and go to the map's worker together: it clusters anew each time, so they wait until it is done with
 * those before.
 */
export class PointLayer {
  readonly #shown = new Set<number>();
  readonly #changed = new Map<number, Listing | undefined>();

  constructor(
    private readonly source: GeoJSONSource,
    private readonly properties: (listing: Listing) => Record<string, number>,
  ) {}

  put(listing: Listing): void {
    this.#changed.set(listing.number, hasPlace(listing) ? listing : undefined);
  }

  remove(number: number): void {
    this.#changed.set(number, undefined);
  }

  /** Shows these and no others. */
  async showAll(listings: Iterable<Listing>): Promise<void> {
    this.#shown.clear();
    this.#changed.clear();
    const data: FeatureCollection<Point> = { type: 'FeatureCollection', features: [] };
    for (const listing of listings) {
      if (!hasPlace(listing)) continue;
      data.features.push(this.#feature(listing));
      this.#shown.add(listing.number);
    }
    await this.source.setData(data);
  }

  async flush(): Promise<void> {
    for (const taken of this.#takeSome()) await this.source.updateData(taken);
  }

  *#takeSome(): Iterable<GeoJSONSourceDiff> {
    while (this.#changed.size > 0) {
      const diff = { add: [] as Feature<Point>[], remove: [] as number[] };
      for (const [number, listing] of this.#changed) {
        if (diff.add.length + diff.remove.length >= MAX_DIFF) break;
        this.#changed.delete(number);
        if (listing) {
          diff.add.push(this.#feature(listing));
          this.#shown.add(number);
        } else if (this.#shown.delete(number)) {
          diff.remove.push(number);
        }
      }
      if (diff.add.length + diff.remove.length > 0) yield diff;
    }
  }

  #feature(listing: Listing): Feature<Point> {
    return {
      type: 'Feature',
      id: listing.number,
      properties: this.properties(listing),
      geometry: { type: 'Point', coordinates: [listing.lng, listing.lat] },
    };
  }
}
