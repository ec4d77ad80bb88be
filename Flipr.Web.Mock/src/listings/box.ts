import { hasPlace, type Listing } from './listing';

/** West, south, east, north in degrees; west never above east here, the map does not cross the antimeridian. */
export type Box = readonly [number, number, number, number];

export function contains([west, south, east, north]: Box, listing: Listing): boolean {
  return hasPlace(listing) && listing.lng >= west && listing.lng <= east && listing.lat >= south && listing.lat <= north;
}

export function covers(outer: Box, inner: Box): boolean {
  return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];
}

export function same(one: Box | undefined, other: Box | undefined): boolean {
  return one === other || (!!one && !!other && one.every((edge, i) => edge === other[i]));
}
