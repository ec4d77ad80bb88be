import type { Settings } from './settings';
import { clip } from './text';

/** What the backend tells a page about itself. */
export interface BackendTraits {
  readonly production: boolean;
  readonly key_required: boolean;
}

/** The backend's HTTP routes that the page uses. */
export class Backend {
  /** Set while the page plays being offline: nothing is sent. */
  isOffline = false;

  readonly #origin: string;
  readonly #isTrusted: boolean;

  constructor(settings: Settings) {
    this.#origin = settings.backend;
    this.#isTrusted = settings.isTrusted;
  }

  /** Undefined while it does not answer. */
  async traits(): Promise<BackendTraits | undefined> {
    try {
      const response = await fetch(new URL('/frontend.json', this.#origin));
      return response.ok ? ((await response.json()) as BackendTraits) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Posts a listing and returns its id. The key goes into this one request and nowhere else: not to a backend that the page's address named, nor where an answer leads on to. */
  async post(listing: object, key: string): Promise<string> {
    if (this.isOffline) throw new Error('the page is offline.');
    const response = await fetch(new URL('/update', this.#origin), {
      method: 'POST',
      redirect: 'error',
      headers: { 'content-type': 'application/json', ...(key && this.#isTrusted ? { 'x-api-key': key } : {}) },
      body: JSON.stringify(listing),
    });
    const answer = (await response.json()) as { id?: unknown; message?: unknown };
    if (!response.ok) throw new Error(`refused (${response.status}): ${clip(answer.message, 300)}`);
    return clip(answer.id, 80);
  }
}
