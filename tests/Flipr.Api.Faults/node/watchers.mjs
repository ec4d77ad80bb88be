// Real Socket.IO clients that must not miss a change: node watchers.mjs <count> <url> [<url> ...]
// Commands come one a line on stdin, each is answered by one line of JSON on stdout:
//   status [<cursor>]       -> {connected, behind, reconnected, pollingReconnected}: how many are connected, how many have not heard of the cursor, and how many
//                              are connected anew since the mark, in all and of those who only poll
//   mark                    -> {}: from now on it counts who connects anew
//   verdict <file>          -> what each heard next to what the file says was stored
//
// The way of each client is the one that docs/architecture.md recommends: it catches up to where its connection begins, and what is announced meanwhile waits. What
// both bring is taken once, and counted: nothing should come twice on one connection.
import { createInterface } from 'node:readline';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../../Flipr.EndToEnd.Tests/node/package.json', import.meta.url));
const versions = [require('socket.io-client-4.6').io, require('socket.io-client-4.8').io];
const events = { new_property: 'new', property_updated: 'updated', property_deleted: 'deleted' };

const [count, ...urls] = process.argv.slice(2);
const watchers = Array.from({ length: Number(count) }, (_, i) => watch(i));

function watch(i) {
  const isPolling = i % 5 === 0;
  const socket = versions[i % 2](urls[i % urls.length], {
    forceNew: true,
    transports: isPolling ? ['polling'] : ['websocket', 'polling'],
    reconnectionDelay: 100,
    reconnectionDelayMax: 500,
    timeout: 5000,
  });
  const watcher = { socket, isPolling, connections: 0, marked: 0, heard: [], seen: new Set(), last: null, waiting: [], isCatchingUp: true, resets: 0, errors: 0, onWire: new Set(), twice: 0 };

  const arrive = (cursor) => {
    if (watcher.onWire.has(cursor)) watcher.twice++;
    watcher.onWire.add(cursor);
  };
  const take = (type, cursor, id, n) => {
    if (watcher.seen.has(cursor)) return;
    watcher.seen.add(cursor);
    watcher.last = cursor;
    watcher.heard.push([cursor, type, id, n ?? null]);
  };

  socket.on('disconnect', () => {
    watcher.isCatchingUp = true;
    watcher.waiting = [];
    watcher.onWire.clear();
  });
  for (const [event, type] of Object.entries(events)) {
    socket.on(event, ({ cursor, id, n }) => {
      arrive(cursor);
      if (watcher.isCatchingUp) watcher.waiting.push([type, cursor, id, n]);
      else take(type, cursor, id, n);
    });
  }

  socket.on('connection_status', async ({ cursor }) => {
    const connection = socket.id;
    watcher.connections++;
    watcher.last ??= cursor;
    let more = true;
    while (more) {
      let answer;
      try {
        answer = await socket.timeout(10_000).emitWithAck('catch_up', { since: watcher.last, until: cursor });
      } catch {
        answer = { status: 'error' };
      }
      if (socket.id !== connection) return; // The next connection starts over.
      if (answer.status === 'reset') {
        watcher.resets++;
        return;
      }
      if (answer.status === 'error') {
        watcher.errors++;
        await new Promise((resolve) => setTimeout(resolve, 100));
        continue;
      }
      for (const change of answer.changes) arrive(change.cursor);
      for (const change of answer.changes) take(change.type, change.cursor, change.id ?? change.property.id, change.property?.n);
      watcher.last = answer.next;
      more = answer.more;
    }
    for (const change of watcher.waiting.splice(0)) take(...change);
    watcher.isCatchingUp = false;
  });
  return watcher;
}

function status(cursor) {
  const reconnected = watchers.filter((watcher) => watcher.socket.connected && watcher.connections > watcher.marked);
  return {
    connected: watchers.filter((watcher) => watcher.socket.connected && !watcher.isCatchingUp).length,
    behind: cursor ? watchers.filter((watcher) => !watcher.seen.has(cursor)).length : 0,
    reconnected: reconnected.length,
    pollingReconnected: reconnected.filter((watcher) => watcher.isPolling).length,
  };
}

function mark() {
  for (const watcher of watchers) watcher.marked = watcher.connections;
  return {};
}

/** Compares what each watcher heard with the log: [[cursor, type, id, n], ...] in its order. */
function verdict(file) {
  const log = JSON.parse(readFileSync(file, 'utf8'));
  const places = new Map(log.map(([cursor], place) => [cursor, place]));
  const total = { delivered: 0, lost: 0, duplicated: 0, outOfOrder: 0, wrong: 0, resets: 0, twice: 0 };
  for (const watcher of watchers) {
    const times = new Map();
    let before = -1;
    for (const entry of watcher.heard) {
      const place = places.get(entry[0]);
      if (place === undefined || JSON.stringify(entry) !== JSON.stringify(log[place])) total.wrong++;
      if (place < before) total.outOfOrder++;
      before = place;
      times.set(entry[0], (times.get(entry[0]) ?? 0) + 1);
    }
    total.delivered += watcher.heard.length;
    total.lost += log.filter(([cursor]) => !times.has(cursor)).length;
    total.duplicated += [...times.values()].reduce((sum, n) => sum + n - 1, 0);
    total.resets += watcher.resets;
    total.twice += watcher.twice;
  }
  return total;
}

for await (const line of createInterface({ input: process.stdin })) {
  const [command, argument] = line.split(' ');
  console.log(JSON.stringify({ status, mark, verdict }[command](argument)));
}
process.exit(); // Whoever started us is done.
