import { tiers } from './deal';
import type { Listing } from './listing';

const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', maximumFractionDigits: 0 });
/** What is no price of a house, and would be as long as it likes. */
const absurd = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD', notation: 'scientific' });
const whole = new Intl.NumberFormat('en-US');
const times = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'short' });

export const count = (value: number): string => whole.format(value);

export const price = (listing: Listing): string => (listing.price === undefined ? '' : (Math.abs(listing.price) < 1e12 ? dollars : absurd).format(listing.price));

export function rooms(listing: Listing): string {
  return [amount(listing.bedrooms, 'bed'), amount(listing.bathrooms, 'bath')].filter(Boolean).join(' · ');
}

export function detail(listing: Listing): string {
  return [rating(listing), listing.reasoning].filter(Boolean).join(' · ');
}

export const tierName = (listing: Listing): string => tiers[listing.tier]!.name;

/** The rating in its own words, where they say more than the tier's name. */
export function rating(listing: Listing): string {
  return listing.rating.replace(/ deal$/i, '').toLowerCase() === tierName(listing).toLowerCase() ? '' : listing.rating;
}

export function when(listing: Listing): string {
  const at = new Date(listing.timestamp * 1000);
  return Number.isNaN(at.getTime()) ? '' : times.format(at);
}

function amount(value: number | undefined, unit: string): string {
  return value === undefined ? '' : `${value} ${unit}${value === 1 ? '' : 's'}`;
}
