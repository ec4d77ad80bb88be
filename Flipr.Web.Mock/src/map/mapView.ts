import { Map as MapLibreMap, Popup, setWorkerUrl, type GeoJSONSource } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import 'maplibre-gl/dist/maplibre-gl.css';
import { afterPaint } from '../dom';
import type { Box } from '../listings/box';
import { covers } from '../listings/box';
import { hasPlace, type Listing } from '../listings/listing';
import { Arrivals } from './arrivals';
import { loadBaseMap } from './baseMap';
import { warmUp } from './warmUp';
import { palettes, type Palette } from './palette';
import { PointLayer } from './pointLayer';
import { popupContent } from './popup';
import { layersOf, styleOf } from './style';

/** The states between Canada and Mexico: what the map shows at first. */
const HOME: Box = [-125, 24.4, -66.8, 49.5];
/** Whoever sees this much sees all of it. */
const NEARLY_HOME: Box = [-123, 27, -69, 47.5];
const AROUND: [[number, number], [number, number]] = [[-179.9, 4], [-42, 75]];

/** The pause between two updates of the map, in milliseconds: where drawing them takes long, it leaves most of the machine to everything else. */
const LEAST_PAUSE = 900;
const MOST_PAUSE = 3000;
const PAUSE_PER_DRAWING = 4;

export interface MapEvents {
  moved: () => void;
  opened: (listing: Listing | undefined) => void;
  /** It lost all of its listings. */
  emptied: () => void;
}

/** The map: the base, the listings on it, and one popup. */
export class MapView {
  readonly #points: PointLayer;
  readonly #heat: PointLayer;
  readonly #arrivals: Arrivals;
  #popup: Popup | undefined;
  #isHeatShown = false;
  #isLost = false;
  /** When the update began that is being drawn, and how long the last one took. */
  #begun: number | undefined;
  #drawing = 0;

  /** Fails where the browser cannot draw it. */
  static async create(container: HTMLElement, byNumber: (number: number) => Listing | undefined, events: MapEvents): Promise<MapView> {
    setWorkerUrl(workerUrl);
    const night = matchMedia('(prefers-color-scheme: dark)');
    const palette = (): Palette => palettes[night.matches ? 'dark' : 'light'];
    const map = new MapLibreMap({
      container,
      style: styleOf(await loadBaseMap(), palette()),
      bounds: [HOME[0], HOME[1], HOME[2], HOME[3]],
      fitBoundsOptions: { padding: 12 },
      maxBounds: AROUND,
      maxZoom: 17,
      renderWorldCopies: false,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      fadeDuration: 0,
    });
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    await new Promise<void>((resolve) => map.once('load', () => resolve()));
    await warmUp(map);
    night.addEventListener('change', () => repaint(map, palette()));
    return new MapView(map, byNumber, events);
  }

  private constructor(
    readonly map: MapLibreMap,
    byNumber: (number: number) => Listing | undefined,
    private readonly events: MapEvents,
  ) {
    const source = (id: string) => () => (this.#isLost ? undefined : map.getSource<GeoJSONSource>(id));
    this.#points = new PointLayer(source('listings'), ({ tier }) => ({ tier }));
    this.#heat = new PointLayer(source('heat'), ({ intensity }) => ({ weight: 0.15 + intensity }));
    this.#arrivals = new Arrivals(map);
    map.on('moveend', events.moved);
    map.on('idle', () => {
      if (this.#begun !== undefined) this.#drawing = performance.now() - this.#begun;
      this.#begun = undefined;
    });
    // The graphics card may be taken from a page, and given back later: then MapLibre makes the sources anew.
    map.on('webglcontextlost', () => {
      this.#isLost = true;
      for (const layer of [this.#points, this.#heat]) layer.abandon();
    });
    map.on('style.load', () => {
      this.#isLost = false;
      events.emptied();
    });
    map.on('click', 'points', ({ features }) => {
      const listing = byNumber(Number(features?.[0]?.id));
      if (listing) this.open(listing, false);
    });
    map.on('click', 'clusters', ({ features, lngLat }) => {
      const cluster = features?.[0]?.properties.cluster_id as number | undefined;
      if (cluster !== undefined) void this.#expand(cluster, [lngLat.lng, lngLat.lat]);
    });
    for (const layer of ['points', 'clusters']) {
      map.on('mouseenter', layer, () => (map.getCanvas().style.cursor = 'pointer'));
      map.on('mouseleave', layer, () => (map.getCanvas().style.cursor = ''));
    }
  }

  get box(): Box {
    const bounds = this.map.getBounds();
    return [Math.max(-180, bounds.getWest()), Math.max(-90, bounds.getSouth()), Math.min(180, bounds.getEast()), Math.min(90, bounds.getNorth())];
  }

  /** Nothing that matters is out of sight. */
  get showsEverything(): boolean {
    return covers(this.box, NEARLY_HOME);
  }

  get center(): [number, number] {
    const { lng, lat } = this.map.getCenter();
    return [lng, lat];
  }

  put(listing: Listing): void {
    this.#points.put(listing);
    if (this.#isHeatShown) this.#heat.put(listing);
  }

  remove(number: number): void {
    this.#points.remove(number);
    if (this.#isHeatShown) this.#heat.remove(number);
  }

  /** How long to wait before the next update. */
  get pause(): number {
    return Math.min(MOST_PAUSE, Math.max(LEAST_PAUSE, this.#drawing * PAUSE_PER_DRAWING));
  }

  async flush(): Promise<void> {
    if (this.#points.hasChanges) this.#begun = performance.now();
    await this.#points.flush();
    if (this.#isHeatShown) await this.#heat.flush();
  }

  async showAll(listings: readonly Listing[]): Promise<void> {
    await this.#points.showAll(listings);
    if (this.#isHeatShown) await this.#heat.showAll(listings);
  }

  showArrival(listing: Listing): void {
    this.#arrivals.show(listing);
  }

  async setHeat(isShown: boolean, listings: readonly Listing[]): Promise<void> {
    this.#isHeatShown = isShown;
    this.map.setLayoutProperty('heat', 'visibility', isShown ? 'visible' : 'none');
    for (const layer of ['clusters', 'counts']) this.map.setLayoutProperty(layer, 'visibility', isShown ? 'none' : 'visible');
    this.map.setPaintProperty('points', 'circle-opacity', isShown ? 0.6 : 1);
    await this.#heat.showAll(isShown ? listings : []);
  }

  zoom(by: number): void {
    this.map.easeTo({ zoom: this.map.getZoom() + by, duration: 200 });
  }

  goHome(): void {
    this.close();
    this.map.fitBounds([HOME[0], HOME[1], HOME[2], HOME[3]], { padding: 12, duration: 500 });
  }

  /** Opens the one popup, over the middle of the map when the listing has no place; when asked from the list, then brings a place that is out of sight, or hidden in a cluster, into view. */
  open(listing: Listing, bringIntoView: boolean): void {
    this.close();
    this.events.opened(listing);
    const place: [number, number] | undefined = hasPlace(listing) ? [listing.lng, listing.lat] : undefined;
    const popup = new Popup({ maxWidth: '300px', offset: 12, focusAfterOpen: !bringIntoView, closeOnClick: true, ...(place ? {} : { anchor: 'center' }) })
      .setLngLat(place ?? this.map.getCenter()).setDOMContent(popupContent(listing)).addTo(this.map);
    popup.on('close', () => {
      if (this.#popup !== popup) return;
      this.#popup = undefined;
      this.events.opened(undefined);
    });
    this.#popup = popup;
    // The popup first: drawing the map on its way takes a slow machine long.
    if (place && bringIntoView) afterPaint(() => this.#popup === popup && this.map.easeTo({ center: place, zoom: Math.max(this.map.getZoom(), 9), duration: 400 }));
  }

  /** Shows what became of the listing of the open popup. */
  refreshPopup(listing: Listing): void {
    this.#popup?.setDOMContent(popupContent(listing));
  }

  close(): void {
    const popup = this.#popup;
    if (!popup) return;
    this.#popup = undefined;
    const hadFocus = popup.getElement()?.contains(document.activeElement);
    popup.remove();
    this.events.opened(undefined);
    if (hadFocus) this.map.getCanvas().focus();
  }

  async #expand(cluster: number, center: [number, number]): Promise<void> {
    const zoom = await (this.map.getSource('listings') as GeoJSONSource).getClusterExpansionZoom(cluster).catch(() => this.map.getZoom() + 2);
    this.map.easeTo({ center, zoom: Math.max(zoom, this.map.getZoom() + 1), duration: 400 });
  }
}

function repaint(map: MapLibreMap, palette: Palette): void {
  for (const layer of layersOf(palette)) {
    for (const [name, value] of Object.entries(layer.paint ?? {})) map.setPaintProperty(layer.id, name as never, value as never);
  }
}
