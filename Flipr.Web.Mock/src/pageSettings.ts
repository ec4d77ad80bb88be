/** What the page's host says of where the page may connect (`/page.json`, PageSettings.cs). */
export interface PageSettings {
  /** The backend's origin; null is the page's own. */
  readonly backend: string | null;
  /** The origins that the page's address may name instead; `*` stands for any. */
  readonly backends: readonly string[];
  /** Why the host did not say: then its own origin is all there is. */
  readonly problem?: string;
}

const PATIENCE = 5000;
const nothing = { backend: null, backends: [] };

/** Never fails: what the host does not allow is not done. */
export async function loadPageSettings(): Promise<PageSettings> {
  const settings = await ask();
  // Vite's server gives its page to whoever works on it, and passes on what it knows nothing of (vite.config.ts).
  return import.meta.env.DEV ? { backend: null, backends: ['*'] } : settings;
}

async function ask(): Promise<PageSettings> {
  try {
    // As index.html preloads it: it is there when this runs.
    const response = await fetch('/page.json', { signal: AbortSignal.timeout(PATIENCE) });
    if (response.status === 404) return nothing; // a host of files alone
    if (!response.ok) return { ...nothing, problem: `it answered ${response.status}` };
    const { backend, backends } = (await response.json()) as PageSettings;
    return { backend: originOf(backend) ?? null, backends: backends.map((origin) => (origin === '*' ? origin : (originOf(origin) ?? ''))) };
  } catch (error) {
    return { ...nothing, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** The origin of an http or https address. */
export function originOf(text: string | null): string | undefined {
  if (!text || !URL.canParse(text)) return undefined;
  const { protocol, origin } = new URL(text);
  return protocol === 'http:' || protocol === 'https:' ? origin : undefined;
}
