import { make } from '../dom';
import { tiers } from '../listings/deal';
import { price, rating, rooms, tierName, when } from '../listings/format';
import { hasPlace, MAX_ID, type Listing } from '../listings/listing';
import { clip } from '../text';

/** What a popup says of a listing: text only, whatever the listing holds. */
export function popupContent(listing: Listing): HTMLElement {
  const content = make('article', 'card');
  content.dataset.id = clip(listing.id, MAX_ID);
  const badge = make('span', 'badge', [tierName(listing), rating(listing)].filter(Boolean).join(' · '));
  badge.style.setProperty('--tier', tiers[listing.tier]!.color);
  content.append(badge, make('h3', 'price', price(listing) || 'No price'), make('p', 'address', listing.address));
  const known = rooms(listing);
  if (known) content.append(make('p', 'rooms', known));
  if (listing.reasoning) content.append(make('p', 'reasoning', listing.reasoning));
  const deal = listing.intensity > 0 ? `Deal ${listing.intensity.toFixed(2)}` : '';
  content.append(make('p', 'quiet', [deal, when(listing), hasPlace(listing) ? '' : 'no place on the map'].filter(Boolean).join(' · ')));
  return content;
}
