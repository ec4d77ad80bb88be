import { originOf, type PageSettings } from './pageSettings';
import { clip } from './text';

/** Where the page connects and how: its host's choice, and within that what the page's own address asks for. Nothing has to be set when the backend serves the page. */
export interface Settings {
  /** The backend's origin: what the page's host says, else the page's own; `?api=http://host:port` names another where the host allows it. */
  readonly backend: string;
  /** Whether a key may go there: never to a backend that came by the page's address, for anybody can make a link. */
  readonly isTrusted: boolean;
  /** In the order the client tries them; `?transports=polling` narrows them. */
  readonly transports: Transport[];
  /** What of the page's address was not done, and what to do; else empty. */
  readonly refusal: string;
}

export type Transport = 'websocket' | 'polling';

export function readSettings(location: Location, page: PageSettings): Settings {
  const query = new URLSearchParams(location.search);
  const own = page.backend ?? location.origin;
  const asked = query.get('api');
  const named = originOf(asked);
  const isAllowed = named !== undefined && (named === own || named === location.origin || page.backends.includes('*') || page.backends.includes(named));
  const backend = isAllowed ? named : own;
  return {
    backend,
    isTrusted: backend === own || backend === location.origin,
    transports: readTransports(query.get('transports')) ?? ['websocket', 'polling'],
    refusal: refusalOf(asked, named, isAllowed, own, page.problem),
  };
}

export function readTransports(text: string | null): Transport[] | undefined {
  const known = text?.split(',').filter((name) => name === 'websocket' || name === 'polling');
  return known?.length ? known : undefined;
}

function refusalOf(asked: string | null, named: string | undefined, isAllowed: boolean, own: string, problem: string | undefined): string {
  const instead = `The page uses ${own} instead.`;
  if (problem !== undefined && !isAllowed) return `This page's server does not say which backend to use (page.json: ${clip(problem, 100)}). The page uses ${own}. Reload it to ask again.`;
  if (asked === null || isAllowed) return '';
  if (named === undefined) return `?api=${clip(asked, 100)} in the page's address is no address of a backend, like http://localhost:5005. ${instead}`;
  return `Not connected to ${clip(named, 100)}: a link can name any backend, and this page's server does not allow that one. ${instead} Whoever runs the server can allow it: PAGE_BACKENDS=${clip(named, 100)}`;
}
