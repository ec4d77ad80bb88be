import { Marker, type Map as MapLibreMap } from 'maplibre-gl';
import { tiers } from '../listings/deal';
import { hasPlace, type Listing } from '../listings/listing';

/** More at once would be noise. */
const MAX_PULSES = 12;
const PULSE = 1800;

/** Draws the eye to where a listing has just arrived: a ring that widens and fades, over the map, before its point is drawn. */
export class Arrivals {
  #pulses = 0;

  constructor(private readonly map: MapLibreMap) {}

  show(listing: Listing): void {
    if (this.#pulses >= MAX_PULSES || !hasPlace(listing) || document.hidden) return;
    const ring = document.createElement('div');
    ring.className = 'pulse';
    ring.ariaHidden = 'true';
    ring.style.setProperty('--tier', tiers[listing.tier]!.color);
    const marker = new Marker({ element: ring }).setLngLat([listing.lng, listing.lat]).addTo(this.map);
    ring.removeAttribute('tabindex');
    ring.removeAttribute('role');
    this.#pulses++;
    setTimeout(() => {
      marker.remove();
      this.#pulses--;
    }, PULSE);
  }
}
