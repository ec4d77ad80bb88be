import type { Feature, FeatureCollection, MultiPolygon, Point, Polygon, Position } from 'geojson';
import { feature, mesh } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import statesUrl from 'us-atlas/states-10m.json?url';
import { cities } from '../cities';

type States = Topology<{ states: GeometryCollection<{ name: string }> }>;

/** The shapes and names under the listings, from files of the page's own. */
export interface BaseMap {
  readonly states: FeatureCollection;
  readonly borders: Feature;
  readonly names: FeatureCollection<Point>;
  readonly cities: FeatureCollection<Point>;
}

export async function loadBaseMap(): Promise<BaseMap> {
  const response = await fetch(statesUrl);
  if (!response.ok) throw new Error(`The base map answered ${response.status}.`);
  const atlas = (await response.json()) as States;
  const states = feature(atlas, atlas.objects.states) as FeatureCollection<Polygon | MultiPolygon, { name: string }>;
  return {
    states: { type: 'FeatureCollection', features: states.features },
    borders: { type: 'Feature', properties: {}, geometry: mesh(atlas, atlas.objects.states, (a, b) => a !== b) },
    names: points(states.features.map(({ geometry, properties }) => [properties.name, middle(geometry)])),
    cities: points(cities.map(([name, , lng, lat]) => [name, [lng, lat]])),
  };
}

function points(named: readonly (readonly [name: string, at: Position])[]): FeatureCollection<Point> {
  return {
    type: 'FeatureCollection',
    features: named.map(([name, coordinates]) => ({ type: 'Feature', properties: { name }, geometry: { type: 'Point', coordinates } })),
  };
}

/** The centre of gravity of the largest part. */
function middle(geometry: Polygon | MultiPolygon): Position {
  const rings = geometry.type === 'Polygon' ? [geometry.coordinates[0]!] : geometry.coordinates.map((part) => part[0]!);
  let largest = 0;
  let at: Position = rings[0]![0]!;
  for (const ring of rings) {
    let [area, x, y] = [0, 0, 0];
    ring.forEach(([x1, y1], i) => {
      const [x2, y2] = ring[(i + 1) % ring.length]!;
      const cross = x1! * y2! - x2! * y1!;
      area += cross / 2;
      x += (x1! + x2!) * cross;
      y += (y1! + y2!) * cross;
    });
    if (Math.abs(area) > largest) {
      largest = Math.abs(area);
      at = [x / (6 * area), y / (6 * area)];
    }
  }
  return at;
}
