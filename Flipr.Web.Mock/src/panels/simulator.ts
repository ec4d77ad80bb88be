import type { Backend } from '../backend';
import { cities, type City } from '../cities';
import { element, setText } from '../dom';
import { count } from '../listings/format';
import { problem } from '../text';

const streets = ['Oak', 'Maple', 'Cedar', 'Pine', 'Lake', 'Hill', 'Park', 'Washington', 'Main', 'River', 'Sunset', 'Church'];
const reasons = ['Priced below the median of its street', 'Two price cuts in a month', 'Long on the market, motivated seller', 'Needs a new roof', 'Rents nearby cover the mortgage', 'Asking price in line with the area', 'Overpriced for its size'];
const MAX_WAITING = 20;
const TICK = 100;

/** Makes up listings in US cities and posts them at a chosen rate, through the same door as every collector. Ends with the page. */
export class Simulator {
  readonly #button = element<HTMLButtonElement>('simulate');
  readonly #rate = element<HTMLSelectElement>('simulator-rate');
  #timer: ReturnType<typeof setInterval> | undefined;
  #due = 0;
  #waiting = 0;
  #posted = 0;
  #failed = 0;
  #problem = '';

  constructor(
    private readonly backend: Backend,
    private readonly key: () => string,
  ) {
    this.#button.addEventListener('click', () => (this.#timer === undefined ? this.start() : this.stop()));
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#due = 1;
    let before = performance.now();
    this.#timer = setInterval(() => {
      const now = performance.now();
      // A tab in the background is woken once a second: what is due is made up for, but not what it slept through.
      this.#due = Math.min(this.#due + (Number(this.#rate.value) * (now - before)) / 1000, 60);
      before = now;
      for (; this.#due >= 1; this.#due--) if (this.#waiting < MAX_WAITING) void this.#post();
    }, TICK);
    this.#show();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#show();
  }

  async #post(): Promise<void> {
    this.#waiting++;
    try {
      await this.backend.post(madeUp(), this.key());
      this.#posted++;
      this.#show();
    } catch (error) {
      this.#failed++;
      this.#problem = problem(error);
      this.#show();
    } finally {
      this.#waiting--;
    }
  }

  #show(): void {
    const isRunning = this.#timer !== undefined;
    setText(this.#button, isRunning ? 'Stop' : 'Start');
    this.#button.setAttribute('aria-pressed', String(isRunning));
    setText(element('simulated'), `${count(this.#posted)} posted${this.#failed ? `, ${count(this.#failed)} failed: ${this.#problem}` : ''}`);
  }
}

function madeUp(): object {
  const [name, state, lng, lat] = anyCity();
  const bedrooms = 1 + Math.floor(Math.random() * 5);
  const intensity = Math.round(Math.random() ** 1.3 * 100) / 100;
  return {
    address: `${100 + Math.floor(Math.random() * 9800)} ${any(streets)} Street, ${name}, ${state}`,
    longitude: round(lng + around() * 0.25),
    latitude: round(lat + around() * 0.2),
    price: Math.round((120 + bedrooms * 90 + Math.random() * 500) * 10) * 100,
    bedrooms,
    bathrooms: 1 + Math.floor(Math.random() * bedrooms * 2) / 2,
    intensity,
    deal_rating: intensity > 0.8 ? 'Hot Deal' : intensity > 0.6 ? 'Good Deal' : intensity > 0.4 ? 'Average' : 'Weak',
    ai_evaluation_reasoning: `${any(reasons)}. Simulated.`,
  };
}

const totalWeight = cities.reduce((sum, city) => sum + city[4], 0);

function anyCity(): City {
  let left = Math.random() * totalWeight;
  return cities.find((city) => (left -= city[4]) < 0) ?? cities[0]!;
}

const any = (texts: readonly string[]): string => texts[Math.floor(Math.random() * texts.length)]!;
/** More often near 0 than near -1 or 1. */
const around = (): number => (Math.random() + Math.random() + Math.random()) * (2 / 3) - 1;
const round = (degrees: number): number => Math.round(degrees * 1e5) / 1e5;
