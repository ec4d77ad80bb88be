/** What the backend tells a page about itself. */
export interface BackendTraits {
  readonly production: boolean;
  readonly key_required: boolean;
}

/** The backend's HTTP routes that the page uses. */
export class Backend {
  /** Set while the page plays being offline: nothing is sent. */
  isOffline = false;

  constructor(private readonly origin: string) {}

  /** Undefined while it does not answer. */
  async traits(): Promise<BackendTraits | undefined> {
    try {
      const response = await fetch(new URL('/frontend.json', this.origin));
      return response.ok ? ((await response.json()) as BackendTraits) : undefined;
    } catch {
      return undefined;
    }
  }

  /** Posts a listing and returns its id. The key goes into this one request and nowhere else. */
  async post(listing: object, key: string): Promise<string> {
    if (this.isOffline) throw new Error('the page is offline.');
    const response = await fetch(new URL('/update', this.origin), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key ? { 'x-api-key': key } : {}) },
      body: JSON.stringify(listing),
    });
    const answer = (await response.json()) as { id?: string; message?: string };
    if (!response.ok) throw new Error(`refused (${response.status}): ${answer.message ?? ''}`);
    return answer.id ?? '';
  }
}
