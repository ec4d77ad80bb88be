import type { Listing } from './listing';

/** The filters of GET /properties, and what they mean there: who lacks a field passes no filter of it. */
export interface Filter {
  readonly price_min?: number;
  readonly price_max?: number;
  readonly bedrooms_min?: number;
  readonly intensity_min?: number;
}

export function matches(filter: Filter, listing: Listing): boolean {
  return (
    atLeast(listing.price, filter.price_min) &&
    (filter.price_max === undefined || (listing.price !== undefined && listing.price <= filter.price_max)) &&
    atLeast(listing.bedrooms, filter.bedrooms_min) &&
    atLeast(listing.intensity, filter.intensity_min)
  );
}

export function readFilter(form: HTMLFormElement): Filter {
  const fields = new FormData(form);
  const read = (name: keyof Filter): number | undefined => {
    const text = String(fields.get(name) ?? '').trim();
    const value = Number(text);
    return text === '' || !Number.isFinite(value) ? undefined : value;
  };
  return { price_min: read('price_min'), price_max: read('price_max'), bedrooms_min: read('bedrooms_min'), intensity_min: read('intensity_min') };
}

export function isActive(filter: Filter): boolean {
  return Object.values(filter).some((bound) => bound !== undefined);
}

function atLeast(value: number | undefined, least: number | undefined): boolean {
  return least === undefined || (value !== undefined && value >= least);
}
