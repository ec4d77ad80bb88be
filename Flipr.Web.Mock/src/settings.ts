/** What the page's own address may change: nothing has to be set when the backend serves the page. */
export interface Settings {
  /** The backend's origin: the page's own unless `?api=http://host:port` names another. */
  readonly backend: string;
  /** In the order the client tries them; `?transports=polling` narrows them. */
  readonly transports: Transport[];
}

export type Transport = 'websocket' | 'polling';

export function readSettings(location: Location): Settings {
  const query = new URLSearchParams(location.search);
  return {
    backend: readBackend(query.get('api')) ?? location.origin,
    transports: readTransports(query.get('transports')) ?? ['websocket', 'polling'],
  };
}

export function readTransports(text: string | null): Transport[] | undefined {
  const known = text?.split(',').filter((name) => name === 'websocket' || name === 'polling');
  return known?.length ? known : undefined;
}

function readBackend(text: string | null): string | undefined {
  if (!text || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url.origin : undefined;
}
