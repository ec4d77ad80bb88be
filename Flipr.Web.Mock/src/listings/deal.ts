/** How good a deal is, the better the higher; 0 is not rated. */
export type Tier = 0 | 1 | 2 | 3 | 4;

export interface TierLook {
  readonly name: string;
  readonly color: string;
}

/** Told apart by lightness too, and always named beside the colour. */
export const tiers: readonly TierLook[] = [
  { name: 'Not rated', color: '#8a96a3' },
  { name: 'Weak', color: '#5b6b95' },
  { name: 'Average', color: '#1596a8' },
  { name: 'Good', color: '#f2a20d' },
  { name: 'Hot', color: '#e5383b' },
];

/** By the words of the rating where they are known, else by the intensity, in the bounds of the backend's /status. */
export function tierOf(rating: string, intensity: number): Tier {
  const words = rating.length > 40 ? '' : rating.toLowerCase();
  if (/\b(hot|excellent|great)\b/.test(words)) return 4;
  if (/\bgood\b/.test(words)) return 3;
  if (/\b(average|fair)\b/.test(words)) return 2;
  if (/\b(weak|poor|bad)\b/.test(words)) return 1;
  if (intensity > 0.8) return 4;
  if (intensity > 0.6) return 3;
  if (intensity > 0.4) return 2;
  return intensity > 0 ? 1 : 0;
}
