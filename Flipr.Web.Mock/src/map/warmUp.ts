import type { FeatureCollection, Point } from 'geojson';
import type { GeoJSONSource, Map as MapLibreMap } from 'maplibre-gl';

const LAYERS = ['names', 'cities', 'heat', 'clusters', 'counts', 'points'];

/**
 * Draws each kind of layer once, unseen. Their programs are compiled when they are first needed, which takes up to half a second without a graphics card:
 * better while the page loads than when somebody zooms in for the first time.
 */
export async function warmUp(map: MapLibreMap): Promise<void> {
  const container = map.getContainer();
  const ranges = LAYERS.map((id) => ({ id, layer: map.getLayer(id)! })).map(({ id, layer }) => ({ id, min: layer.minzoom ?? 0, max: layer.maxzoom ?? 24 }));
  container.classList.add('warming');
  for (const { id } of ranges) map.setLayerZoomRange(id, 0, 24);
  map.setLayoutProperty('heat', 'visibility', 'visible');
  for (const source of ['listings', 'heat']) await (map.getSource(source) as GeoJSONSource).setData(sample(map.getCenter().toArray()));
  await drawn(map);
  map.setLayoutProperty('heat', 'visibility', 'none');
  for (const source of ['listings', 'heat']) await (map.getSource(source) as GeoJSONSource).setData(sample());
  for (const { id, min, max } of ranges) map.setLayerZoomRange(id, min, max);
  await drawn(map);
  container.classList.remove('warming');
}

/** One point alone and two that make a cluster; none when there is no place for them. */
function sample(at?: [number, number]): FeatureCollection<Point> {
  const places = at ? [at, at, [at[0] + 10, at[1]]] : [];
  return {
    type: 'FeatureCollection',
    features: places.map((coordinates, i) => ({ type: 'Feature', id: i + 1, properties: { tier: i, weight: 1 }, geometry: { type: 'Point', coordinates } })),
  };
}

function drawn(map: MapLibreMap): Promise<void> {
  return new Promise((resolve) => {
    map.once('idle', () => resolve());
    map.triggerRepaint();
  });
}
