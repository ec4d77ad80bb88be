import { clip } from '../text';
import { tierOf, type Tier } from './deal';

/** How much of a listing's text is kept, in characters: nothing else of it is ever shown. */
const MAX_ADDRESS = 200;
const MAX_REASONING = 1000;
const MAX_RATING = 40;
/** How much of an id is shown; as it is it tells listings apart. */
export const MAX_ID = 80;
/** A number that is written longer is none. */
const MAX_NUMBER = 40;

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
  const rating = clip(raw.deal_rating, MAX_RATING);
  const lng = numberOf(raw.lng);
  const lat = numberOf(raw.lat);
  const isPlace = Math.abs(lng ?? NaN) <= 180 && Math.abs(lat ?? NaN) <= 90; // The map throws at any other.
  return {
    id: raw.id,
    number,
    lng: isPlace ? lng! : NaN,
    lat: isPlace ? lat! : NaN,
    address: clip(lineOf(raw.address), MAX_ADDRESS) || clip(raw.id, MAX_ID),
    price: numberOf(raw.price),
    bedrooms: numberOf(raw.bedrooms),
    bathrooms: numberOf(raw.bathrooms),
    intensity,
    tier: tierOf(typeof raw.deal_rating === 'string' ? raw.deal_rating : '', intensity),
    rating: rating === 'Unknown' ? '' : rating,
    reasoning: clip(raw.ai_evaluation_reasoning, MAX_REASONING),
    timestamp: numberOf(raw.timestamp) ?? 0,
  };
}

export function hasPlace(listing: Listing): boolean {
  return listing.lng === listing.lng && listing.lat === listing.lat;
}

function numberOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.length > MAX_NUMBER || value.trim() === '') return undefined;
  const read = Number(value);
  return Number.isFinite(read) ? read : undefined;
}

/** An address is text, or an object that has it in one line. */
function lineOf(address: unknown): unknown {
  return typeof address === 'object' && address !== null && 'oneLine' in address ? address.oneLine : address;
}
