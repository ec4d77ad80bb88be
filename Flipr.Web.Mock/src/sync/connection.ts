import { io, type Socket } from 'socket.io-client';
import type { Box } from '../listings/box';
import type { RawListing } from '../listings/listing';
import type { Settings } from '../settings';

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

export type Change =
  | { type: 'new' | 'updated'; property: RawListing; cursor: string }
  | { type: 'deleted'; id: string; cursor: string };

export type CatchUpAnswer =
  | { status: 'ok'; changes: Change[]; next: string; more: boolean }
  | { status: 'reset' }
  | { status: 'error'; message: string };

export type WatchAnswer = { status: 'ok'; cursor: string } | { status: 'error'; message: string };

/** The events the backend sends. */
interface ServerEvents {
  connection_status: (status: ConnectionStatus) => void;
  pong_response: (pong: Pong) => void;
  new_property: (listing: RawListing) => void;
  property_updated: (listing: RawListing) => void;
  property_deleted: (deleted: { id: string; cursor?: string }) => void;
}

/** The events the backend takes. */
interface ClientEvents {
  ping_test: (anything: unknown, ack: (pong: Pong) => void) => void;
  watch: (request: { bbox: Box }, ack: (answer: WatchAnswer) => void) => void;
  unwatch: (request: Record<string, never>, ack: (answer: WatchAnswer) => void) => void;
  catch_up: (request: { since?: string; until?: string; limit?: number }, ack: (answer: CatchUpAnswer) => void) => void;
}

export type Connection = Socket<ServerEvents, ClientEvents>;

/** Connects with the options of the real frontend. */
export function connect({ backend, transports }: Settings): Connection {
  return io(backend, { transports, withCredentials: true });
}
