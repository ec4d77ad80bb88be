import { tierOf, type Tier } from './deal';

/** A listing as the backend announces it: an open object, written by strangers. */
export interface RawListing {
  id: string;
  cursor?: string;
  [field: string]: unknown;
}

/** What the page keeps of a listing: tens of thousands of them are held, so only what is shown. */
export interface Listing {
  readonly id: string;
  /** The page's own number for it, in the order of arrival: features on the map need one. */
  readonly number: number;
  /** NaN when it has no place, like `lat`. */
  readonly lng: number;
  readonly lat: number;
  readonly address: string;
  readonly price: number | undefined;
  readonly bedrooms: number | undefined;
  readonly bathrooms: number | undefined;
  readonly intensity: number;
  readonly tier: Tier;
  readonly rating: string;
  readonly reasoning: string;
  readonly timestamp: number;
}

export function readListing(raw: RawListing, number: number): Listing {
  const intensity = numberOf(raw.intensity) ?? 0;
  const rating = textOf(raw.deal_rating);
  return {
    id: raw.id,
    number,
    lng: numberOf(raw.lng) ?? NaN,
    lat: numberOf(raw.lat) ?? NaN,
    address: textOf(raw.address) || raw.id,
    price: numberOf(raw.price),
    bedrooms: numberOf(raw.bedrooms),
    bathrooms: numberOf(raw.bathrooms),
    intensity,
    tier: tierOf(rating, intensity),
    rating: rating === 'Unknown' ? '' : rating,
    reasoning: textOf(raw.ai_evaluation_reasoning),
    timestamp: numberOf(raw.timestamp) ?? 0,
  };
}

export function hasPlace(listing: Listing): boolean {
  return listing.lng === listing.lng && listing.lat === listing.lat;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const read = Number(value);
  return Number.isFinite(read) ? read : undefined;
}

/** Text of a field that should be a string; an address may also be an object with one line. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && 'oneLine' in value) return textOf(value.oneLine);
  return '';
}
