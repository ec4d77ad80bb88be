import { same, type Box } from '../listings/box';
import type { RawListing } from '../listings/listing';
import type { CatchUpAnswer, Change, Connection, WatchAnswer } from './connection';
import { RecentCursors } from './recentCursors';

/** What a replica tells as it takes changes. */
export interface Taker {
  put(listing: RawListing, type: 'new' | 'updated', isLive: boolean): void;
  remove(id: string): void;
  /** Everything is void: it is loaded anew. */
  reset(): void;
  /** How far it is: `caughtUp` changes were taken behind the first load, since the page was opened. */
  progress(state: ReplicaState, caughtUp: number): void;
}

/** `loading` for the first time, `behind` after an outage or a move, `complete` from the last question's answer on. */
export type ReplicaState = 'loading' | 'behind' | 'complete';

const PAGE = 1000;
const ANSWER_TIMEOUT = 15_000;
const RETRY_AFTER = 1000;
/** Live changes that are remembered before `#since` is moved up behind them. */
const MAX_AHEAD = 2000;

/**
 * Keeps the page's listings as the backend has them, across outages and while it watches a part of the map only.
 *
 * Every change up to the cursor `#since` was taken, wherever it was made. What is announced live is taken at once: without a gap it moves `#since` on; where
 * there may be one (a part is watched, or something is still to be caught up) it is ahead, and noted. `catch_up` then brings everything behind `#since`: of a
 * listing that is ahead, the changes up to the noted one are passed over, so nothing is taken twice and nothing goes back in time.
 */
export class Replica {
  #since: string | undefined;
  /** The last live change of each listing that is ahead of `#since`. */
  readonly #ahead = new Map<string, string>();
  #lastLive: string | undefined;
  /** Caught up already, and perhaps still to be announced. */
  readonly #caughtUp = new RecentCursors(4096);
  #count = 0;

  /** Everything behind this cursor is announced: it need not be caught up. Undefined while a part of the map is watched. */
  #announcedFrom: string | undefined;

  #wanted: Box | undefined;
  #watched: Box | undefined;
  #hasGap = true;
  #isLoaded = false;
  #isSettling = false;

  constructor(
    private readonly socket: Connection,
    private readonly taker: Taker,
  ) {
    socket.on('connection_status', ({ cursor }) => {
      this.#announcedFrom = cursor;
      void this.#settle();
    });
    socket.on('disconnect', () => this.#fallBehind());
    socket.on('new_property', (listing) => this.#takeLive(listing.id, listing.cursor, () => taker.put(listing, 'new', true)));
    socket.on('property_updated', (listing) => this.#takeLive(listing.id, listing.cursor, () => taker.put(listing, 'updated', true)));
    socket.on('property_deleted', ({ id, cursor }) => this.#takeLive(id, cursor, () => taker.remove(id)));
  }

  /** Hears of changes in the box only; of all when there is none. What changed elsewhere meanwhile is caught up. */
  watch(box: Box | undefined): void {
    if (same(box, this.#wanted)) return;
    this.#wanted = box;
    if (this.#isLoaded && this.socket.connected) void this.#settle();
  }

  #takeLive(id: string, cursor: string | undefined, take: () => void): void {
    if (cursor === undefined || this.#caughtUp.has(cursor)) return;
    take();
    this.#lastLive = cursor;
    if (!this.#hasGap) {
      this.#since = cursor;
      return;
    }
    this.#ahead.set(id, cursor);
    if (this.#isLoaded && this.#ahead.size > MAX_AHEAD) void this.#settle();
  }

  #fallBehind(): void {
    this.#hasGap = true;
    this.#announcedFrom = undefined; // The next connection's first event says from where on it announces.
    this.#watched = undefined; // The next connection watches everything.
    // Of a first load cut short nobody can tell which of its states a live change had overtaken.
    if (!this.#isLoaded && this.#since !== undefined) this.#startOver();
    this.#tell(this.#isLoaded ? 'behind' : 'loading');
  }

  /** Watches what is wanted and asks for what is missing, until nothing is. One at a time; it ends with the connection, the next one begins anew. */
  async #settle(): Promise<void> {
    if (this.#isSettling) return;
    this.#isSettling = true;
    try {
      for (let connection = this.socket.id; this.socket.connected; connection = this.socket.id) {
        this.#tell(this.#isLoaded ? 'behind' : 'loading');
        const isDone = await this.#step().catch(() => false);
        if (this.socket.id !== connection) continue;
        if (!isDone) {
          await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER));
        } else if (same(this.#wanted, this.#watched)) {
          this.#tell('complete');
          return;
        }
      }
    } finally {
      this.#isSettling = false;
    }
  }

  async #step(): Promise<boolean> {
    const wanted = this.#wanted;
    // The first load tells only the last state of each listing: everything is watched until it is over.
    if (this.#isLoaded && !same(wanted, this.#watched)) {
      const answer = await this.#ask<WatchAnswer>((socket) => (wanted ? socket.emitWithAck('watch', { bbox: wanted }) : socket.emitWithAck('unwatch', {})));
      if (answer.status !== 'ok') return false;
      this.#watched = wanted;
      this.#announcedFrom = wanted ? undefined : answer.cursor;
      if (wanted) this.#hasGap = true;
    }
    return this.#catchUp();
  }

  async #catchUp(): Promise<boolean> {
    for (let more = true; more; ) {
      const since = this.#since;
      const answer = await this.#ask<CatchUpAnswer>((socket) => socket.emitWithAck('catch_up', { since, until: this.#announcedFrom, limit: PAGE }));
      if (answer.status === 'reset') {
        this.#startOver();
        continue;
      }
      if (answer.status !== 'ok') return false;
      for (const change of answer.changes) this.#takeCaughtUp(change);
      this.#since = answer.next;
      more = answer.more;
      this.#tell(this.#isLoaded ? 'behind' : 'loading');
    }
    this.#isLoaded = true;
    if (this.#watched === undefined) this.#closeGap();
    return true;
  }

  #takeCaughtUp(change: Change): void {
    const id = change.type === 'deleted' ? change.id : change.property.id;
    const ahead = this.#ahead.get(id);
    if (ahead !== undefined) {
      if (ahead === change.cursor) this.#ahead.delete(id);
      return;
    }
    this.#caughtUp.add(change.cursor);
    if (this.#isLoaded) this.#count++;
    if (change.type === 'deleted') this.taker.remove(id);
    else this.taker.put(change.property, change.type, false);
  }

  /** Everything is heard of again: if the last live change is still ahead, nothing is missing up to it. */
  #closeGap(): void {
    this.#hasGap = false;
    if (this.#lastLive !== undefined && [...this.#ahead.values()].includes(this.#lastLive)) this.#since = this.#lastLive;
    this.#ahead.clear();
  }

  #startOver(): void {
    this.#since = undefined;
    this.#announcedFrom = undefined; // It may be of a log that is gone.
    this.#lastLive = undefined;
    this.#ahead.clear();
    this.#caughtUp.clear();
    this.#isLoaded = false;
    this.#hasGap = true;
    this.taker.reset();
  }

  /** Fails when the connection that it was asked on is gone. */
  async #ask<T>(emit: (socket: { emitWithAck: Connection['emitWithAck'] }) => Promise<T>): Promise<T> {
    const connection = this.socket.id;
    if (!this.socket.connected) throw new Error('There is no connection.'); // What is sent now would be sent on the next one.
    const answer = await emit(this.socket.timeout(ANSWER_TIMEOUT) as unknown as { emitWithAck: Connection['emitWithAck'] });
    if (this.socket.id !== connection) throw new Error('The connection is another one.');
    return answer;
  }

  #tell(state: ReplicaState): void {
    this.taker.progress(state, this.#count);
  }
}
