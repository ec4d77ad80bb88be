/** The colours of the base map; those of the ratings are the same by day and night. */
export interface Palette {
  readonly water: string;
  readonly land: string;
  readonly border: string;
  readonly coast: string;
  readonly label: string;
  readonly halo: string;
  readonly cluster: string;
  readonly clusterText: string;
  readonly rim: string;
}

export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: { water: '#dfe9ec', land: '#fbfaf7', border: '#d3d8d4', coast: '#b4c1c1', label: '#6d7a78', halo: '#fbfaf7', cluster: '#21443f', clusterText: '#ffffff', rim: '#ffffff' },
  dark: { water: '#11181b', land: '#1d2527', border: '#344043', coast: '#4a595c', label: '#94a4a3', halo: '#1d2527', cluster: '#d6e4e0', clusterText: '#14211f', rim: '#10181a' },
};
