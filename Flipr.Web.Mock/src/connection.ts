import { io, type Socket } from 'socket.io-client';
import type { Listing } from './listings';
import type { Settings } from './settings';

export interface ConnectionStatus {
  status: string;
  message: string;
  sid: string;
  cursor?: string;
}

export interface Pong {
  received: unknown;
  message: string;
  timestamp: number;
}

/** The events the backend sends. */
interface ServerEvents {
  connection_status: (status: ConnectionStatus) => void;
  pong_response: (pong: Pong) => void;
  new_property: (listing: Listing) => void;
  property_updated: (listing: Listing) => void;
  property_deleted: (deleted: { id: string; cursor?: string }) => void;
}

/** The events the backend takes. */
interface ClientEvents {
  ping_test: (anything: unknown) => void;
}

export type Connection = Socket<ServerEvents, ClientEvents>;

/** Connects with the options of the real frontend. */
export function connect({ backend, transports }: Settings): Connection {
  return io(backend, { transports, withCredentials: true });
}
