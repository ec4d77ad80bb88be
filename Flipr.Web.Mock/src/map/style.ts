import type { LayerSpecification, StyleSpecification } from 'maplibre-gl';
import { tiers } from '../listings/deal';
import type { BaseMap } from './baseMap';
import type { Palette } from './palette';

/** Drawn from the machine's own fonts: the style names no glyphs, so none are asked for. The weight is read off the name, and no such family falls back to sans-serif. */
const font = { 'text-font': ['sans-serif'] };
const boldFont = { 'text-font': ['sans-serif-Bold'] };

const tierColor = (tier: unknown[]): unknown[] => ['match', tier, ...tiers.flatMap(({ color }, i) => [i, color]), tiers[0]!.color];

export function styleOf(base: BaseMap, palette: Palette): StyleSpecification {
  const empty = { type: 'FeatureCollection' as const, features: [] };
  return {
    version: 8,
    sources: {
      states: { type: 'geojson', data: base.states, tolerance: 0.3 },
      borders: { type: 'geojson', data: base.borders, tolerance: 0.3 },
      names: { type: 'geojson', data: base.names },
      cities: { type: 'geojson', data: base.cities },
      listings: { type: 'geojson', data: empty, cluster: true, clusterRadius: 46, clusterMaxZoom: 11, maxzoom: 14, clusterProperties: { tier: ['+', ['get', 'tier']] } },
      // Few, weighted points draw the same heat as all of them.
      heat: { type: 'geojson', data: empty, cluster: true, clusterRadius: 10, clusterMaxZoom: 11, maxzoom: 12, clusterProperties: { weight: ['+', ['get', 'weight']] } },
    },
    layers: layersOf(palette),
  };
}

/** The layers in the colours of the palette; changing the palette sets each one's paint anew. */
export function layersOf(palette: Palette): LayerSpecification[] {
  return [
    { id: 'water', type: 'background', paint: { 'background-color': palette.water } },
    { id: 'land', type: 'fill', source: 'states', paint: { 'fill-color': palette.land } },
    { id: 'coast', type: 'line', source: 'states', paint: { 'line-color': palette.coast, 'line-width': 1 } },
    { id: 'borders', type: 'line', source: 'borders', paint: { 'line-color': palette.border, 'line-width': ['interpolate', ['linear'], ['zoom'], 3, 1, 8, 2] } },
    {
      id: 'names', type: 'symbol', source: 'names', minzoom: 3, maxzoom: 7,
      layout: { ...font, 'text-field': ['get', 'name'], 'text-size': ['interpolate', ['linear'], ['zoom'], 3, 9, 6, 14], 'text-letter-spacing': 0.06, 'text-max-width': 6 },
      paint: { 'text-color': palette.label, 'text-halo-color': palette.halo, 'text-halo-width': 1.2, 'text-opacity': 0.85 },
    },
    {
      id: 'cities', type: 'symbol', source: 'cities', minzoom: 5.5,
      layout: { ...font, 'text-field': ['get', 'name'], 'text-size': 12, 'text-anchor': 'top', 'text-offset': [0, 0.9] },
      paint: { 'text-color': palette.label, 'text-halo-color': palette.halo, 'text-halo-width': 1.4 },
    },
    {
      id: 'heat', type: 'heatmap', source: 'heat', layout: { visibility: 'none' },
      paint: {
        'heatmap-weight': ['interpolate', ['linear'], ['get', 'weight'], 0, 0.15, 5, 0.5, 60, 1],
        'heatmap-radius': ['interpolate', ['linear'], ['zoom'], 3, 14, 8, 30, 12, 44],
        'heatmap-intensity': ['interpolate', ['linear'], ['zoom'], 3, 1, 10, 4],
        'heatmap-color': ['interpolate', ['linear'], ['heatmap-density'], 0, 'rgba(21,150,168,0)', 0.2, 'rgba(21,150,168,.55)', 0.45, 'rgba(242,162,13,.75)', 0.75, 'rgba(229,56,59,.85)', 1, 'rgba(150,16,60,.95)'],
        'heatmap-opacity': 0.85,
      },
    },
    {
      id: 'clusters', type: 'circle', source: 'listings', filter: ['has', 'point_count'],
      paint: {
        'circle-color': palette.cluster,
        'circle-opacity': 0.92,
        'circle-radius': ['interpolate', ['linear'], ['log10', ['get', 'point_count']], 0.3, 12, 2, 18, 4, 28],
        'circle-stroke-width': 3,
        'circle-stroke-color': tierColor(['round', ['/', ['get', 'tier'], ['get', 'point_count']]]) as never,
      },
    },
    {
      id: 'counts', type: 'symbol', source: 'listings', filter: ['has', 'point_count'],
      layout: { ...boldFont, 'text-field': ['get', 'point_count_abbreviated'], 'text-size': 12, 'text-allow-overlap': true, 'text-ignore-placement': true },
      paint: { 'text-color': palette.clusterText },
    },
    {
      id: 'points', type: 'circle', source: 'listings', filter: ['!', ['has', 'point_count']],
      paint: {
        'circle-color': tierColor(['get', 'tier']) as never,
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 3, 5, 8, 7, 13, 9],
        'circle-stroke-width': 1.5,
        'circle-stroke-color': palette.rim,
      },
    },
  ];
}
