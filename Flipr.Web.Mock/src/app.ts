import { Backend } from './backend';
import { element, make, setText } from './dom';
import { ListView } from './list/listView';
import { contains, type Box } from './listings/box';
import { tiers } from './listings/deal';
import { isActive, matches, readFilter, type Filter } from './listings/filter';
import { count } from './listings/format';
import { hasPlace, type Listing, type RawListing } from './listings/listing';
import { ListingStore } from './listings/listingStore';
import { MapView } from './map/mapView';
import { ConnectionPanel } from './panels/connectionPanel';
import { Drawer } from './panels/drawers';
import { EventLog } from './panels/eventLog';
import { Notices } from './panels/notices';
import { PostForm } from './panels/postForm';
import { Simulator } from './panels/simulator';
import type { Settings } from './settings';
import { connect, type Connection } from './sync/connection';
import { Replica, type ReplicaState, type Taker } from './sync/replica';
import { problem } from './text';
import { throttle } from './throttle';

/** The least pauses between two updates of what is seen, in milliseconds. */
const LIST_PAUSE = 400;
const WATCH_PAUSE = 500;
const ANNOUNCE_PAUSE = 5000;

/** Ties the parts together: changes come in one by one, and are shown together, a few times a second at most. */
export class App implements Taker {
  readonly store = new ListingStore();
  readonly #backend: Backend;
  readonly #socket: Connection;
  readonly #log = new EventLog();
  readonly #notices = new Notices();
  readonly #list = new ListView((listing, byKeyboard) => this.#open(listing, byKeyboard));
  readonly #replica: Replica;
  readonly #filterForm = element<HTMLFormElement>('filters');
  map: MapView | undefined;
  #filter: Filter = {};
  #opened: Listing | undefined;
  #arrived = 0;
  #hasToRedrawMap = false;

  constructor(settings: Settings) {
    this.#backend = new Backend(settings);
    this.#socket = connect(settings);
    this.#replica = new Replica(this.#socket, this);
    const tools = new Drawer('tools', 'tools-toggle', () => this.#log.redraw());
    new Drawer('filters', 'filters-toggle');
    element('tools-close').addEventListener('click', () => tools.close());
    document.addEventListener('keydown', ({ key }) => key === 'Escape' && this.map?.close());
    const form = new PostForm(this.#backend, settings.isTrusted, () => this.map?.center ?? [-98, 39]);
    const simulator = new Simulator(this.#backend, () => form.key);
    new ConnectionPanel(this.#socket, settings, this.#backend, this.#log, (state) => this.#notices.connection(state));

    element('empty-post').addEventListener('click', () => {
      tools.toggle(true);
      form.focus();
    });
    element('empty-simulate').addEventListener('click', () => {
      tools.toggle(true);
      simulator.start();
      element('simulate').focus();
    });
    this.#filterForm.addEventListener('submit', (event) => event.preventDefault());
    this.#filterForm.addEventListener('input', () => this.#setFilter());
    this.#filterForm.addEventListener('reset', () => setTimeout(() => this.#setFilter()));
    this.#socket.on('connect', () => void this.#askTraits());
    this.#notices.refusal(settings.refusal);
    this.#showLegend();
    void this.#startMap();
  }

  // --- What the replica tells -------------------------------------------------------------------------------------------------------

  put(raw: RawListing, type: 'new' | 'updated', isLive: boolean): void {
    const listing = this.store.put(raw);
    const isShown = matches(this.#filter, listing);
    if (isShown) this.map?.put(listing);
    else this.map?.remove(listing.number);
    if (this.#opened?.number === listing.number) {
      this.#opened = listing;
      this.map?.refreshPopup(listing);
    }
    if (isLive) {
      this.#log.add(type === 'new' ? 'new_property' : 'property_updated', listing.address);
      if (isShown && this.#isInView(listing)) this.#welcome(listing);
    }
    this.#changed();
  }

  remove(id: string): void {
    const listing = this.store.remove(id);
    this.#log.add('property_deleted', id);
    if (!listing) return;
    this.map?.remove(listing.number);
    if (this.#opened?.number === listing.number) this.map?.close();
    this.#changed();
  }

  reset(): void {
    this.store.clear();
    this.map?.close();
    this.#hasToRedrawMap = true;
    this.#changed();
  }

  progress(state: ReplicaState, caughtUp: number): void {
    document.documentElement.dataset.replica = state;
    setText(element('caught-up'), count(caughtUp));
    this.#notices.progress(state);
    if (state === 'complete') this.#changed();
  }

  // --- Showing ----------------------------------------------------------------------------------------------------------------------

  #changed(): void {
    this.#showList();
    this.#showMap();
  }

  readonly #showList = throttle(LIST_PAUSE, () => {
    const inView: Listing[] = [];
    const box = this.#box();
    for (const listing of this.store.newestFirst()) {
      if ((box === undefined || contains(box, listing)) && matches(this.#filter, listing)) inView.push(listing);
    }
    this.#list.show(inView);
    setText(element('in-view'), count(inView.length));
    setText(element('count'), count(this.store.size));
    const none = element('none');
    none.hidden = inView.length > 0 || this.store.size === 0;
    setText(none, isActive(this.#filter) ? 'No listing here passes the filters.' : 'No listing in this part of the map.');
    this.#notices.held(this.store.size);
  });

  readonly #showMap = throttle(() => this.map?.pause ?? 0, async () => {
    if (!this.map) return;
    if (this.#hasToRedrawMap) {
      this.#hasToRedrawMap = false;
      await this.map.showAll(this.#passing());
    } else {
      await this.map.flush();
    }
  });

  readonly #watch = throttle(WATCH_PAUSE, () => {
    const box = this.#box();
    setText(element('watching'), box ? box.map((edge) => edge.toFixed(2)).join(', ') : 'everything');
    this.#replica.watch(box);
  });

  readonly #announce = throttle(ANNOUNCE_PAUSE, () => {
    if (this.#arrived > 0) setText(element('announcer'), `${count(this.#arrived)} new in view.`);
    this.#arrived = 0;
  });

  /** What is in sight; undefined when that is everything, listings without a place among it. */
  #box(): Box | undefined {
    return this.map && !this.map.showsEverything ? this.map.box : undefined;
  }

  #isInView(listing: Listing): boolean {
    const box = this.#box();
    return box === undefined || contains(box, listing);
  }

  #passing(): Listing[] {
    return this.store.newestFirst().filter((listing) => matches(this.#filter, listing));
  }

  #welcome(listing: Listing): void {
    this.map?.showArrival(listing);
    this.#list.pointOut(listing);
    this.#arrived++;
    this.#announce();
  }

  #open(listing: Listing, byKeyboard: boolean): void {
    this.#opened = listing;
    this.map?.open(listing, true);
    if (byKeyboard) setText(element('announcer'), hasPlace(listing) ? `Opened on the map: ${listing.address}` : `${listing.address} has no place on the map.`);
  }

  #setFilter(): void {
    this.#filter = readFilter(this.#filterForm);
    element('filters-active').hidden = !isActive(this.#filter);
    this.#hasToRedrawMap = true;
    this.#changed();
  }

  // --- Starting ---------------------------------------------------------------------------------------------------------------------

  async #startMap(): Promise<void> {
    try {
      this.map = await MapView.create(element('map'), (number) => this.store.byNumber(number), {
        moved: () => {
          this.#watch();
          this.#showList();
        },
        opened: (listing) => {
          this.#opened = listing;
          this.#list.select(listing?.number);
        },
        emptied: () => {
          this.#hasToRedrawMap = true;
          this.#changed();
        },
      });
    } catch (error) {
      element('map').append(make('p', 'none', `The map cannot be drawn here (${problem(error)}). The list works without it.`));
      return;
    }
    const heat = element('heat');
    heat.addEventListener('click', () => {
      const isShown = heat.getAttribute('aria-pressed') !== 'true';
      heat.setAttribute('aria-pressed', String(isShown));
      void this.map?.setHeat(isShown, this.#passing());
    });
    element('zoom-in').addEventListener('click', () => this.map?.zoom(1));
    element('zoom-out').addEventListener('click', () => this.map?.zoom(-1));
    element('home').addEventListener('click', () => this.map?.goHome());
    this.#hasToRedrawMap = true;
    this.#watch();
    this.#changed();
    if (this.#opened) this.map.open(this.#opened, true); // chosen in the list before there was a map
    document.documentElement.dataset.map = 'drawn';
  }

  async #askTraits(): Promise<void> {
    const traits = await this.#backend.traits();
    if (!traits) return;
    element('simulator').hidden = traits.production;
    element('empty-simulate').hidden = traits.production;
    element('key-label').hidden = !traits.key_required;
  }

  #showLegend(): void {
    for (const { name, color } of [...tiers].reverse()) {
      const entry = make('li', 'badge', name);
      entry.style.setProperty('--tier', color);
      element('legend').append(entry);
    }
  }
}
