// Lets the tests use the real Socket.IO clients: one JSON command a line on stdin, replies and events one a line on stdout.
//
//   {"id":1,"do":"open","client":"a","version":"4.8","url":"http://...","options":{...}}   -> {"reply":1}
//   {"id":2,"do":"emit","client":"a","event":"ping_test","args":[...],"ack":true}          -> {"reply":2,"result":[what the ack brought]}
//   {"id":3,"do":"state","client":"a"}                                                     -> {"reply":3,"result":{connected,id,transport}}
//   {"id":4,"do":"cut" | "close","client":"a"}                                             -> {"reply":4}
//   {"id":7,"do":"connect","client":"a","auth":{...}}                                      -> {"reply":7}
//   {"id":6,"do":"load","url":"http://..."}                                                -> {"reply":6,"result":[{id,zip} of each listing]}
//   {"id":5,"do":"tally","event":"new_property","expected":[ids]}                          -> {"reply":5,"result":[{client,received,missing,repeated}]}
//
// Whatever a client receives is passed on as {"client":"a","event":name,"args":[...]}; what happens to its connection likewise, under
// names that begin with a colon. Clients opened with "tally" only count what they receive, by the field "id".
// Clients opened with "page", and "load", do with each listing what Flipr's frontend does, and tell of it as ":shown"; what would blank it, as ":blank".
// Binary values travel as {"$binary":"<base64>"}.
import { createInterface } from 'node:readline';
import { io as io46 } from 'socket.io-client-4.6';
import { io as io48 } from 'socket.io-client-4.8';

const versions = { '4.6': io46, '4.8': io48 };
const clients = new Map();

const commands = {
  open({ client, version, url, options, tally, page }) {
    const socket = versions[version](url, { forceNew: true, ...options });
    const counts = tally ? new Map() : undefined;
    clients.set(client, { socket, counts });
    const tell = (event, ...args) => print({ client, event, args: toText(args) });
    if (counts) socket.onAny((event, listing) => count(counts, event, listing.id));
    else socket.onAny(tell);
    if (page) for (const event of ['new_property', 'property_updated']) socket.on(event, (listing) => show(listing, tell));

    socket.on('connect', () => {
      const { engine } = socket.io;
      tell(':connect', { id: socket.id, transport: engine.transport.name });
      engine.on('upgrade', (transport) => tell(':upgrade', transport.name));
    });
    socket.on('disconnect', (reason) => tell(':disconnect', reason));
    socket.on('connect_error', (error) => {
      tell(':connect_error', error.message);
      if (error.data) tell(':refused', error.data);
    });
    socket.io.on('reconnect', (attempt) => tell(':reconnect', attempt));
  },

  async emit({ client, event, args, ack }) {
    const { socket } = clients.get(client);
    const values = fromText(args);
    if (!ack) return void socket.emit(event, ...values);
    return new Promise((resolve) => socket.emit(event, ...values, (...answer) => resolve(toText(answer))));
  },

  state({ client }) {
    const { socket } = clients.get(client);
    return { connected: socket.connected, id: socket.id ?? null, transport: socket.io.engine?.transport?.name ?? null };
  },

  /** The network fails: the client notices and reconnects. */
  cut({ client }) {
    clients.get(client).socket.io.engine.close();
  },

  /** The application connects again, with something else to show. */
  connect({ client, auth }) {
    const { socket } = clients.get(client);
    socket.auth = auth;
    socket.connect();
  },

  /** The application disconnects: the client stays away. */
  close({ client }) {
    clients.get(client).socket.disconnect();
  },

  /** The page's first load. */
  async load({ url }) {
    const { properties } = await (await fetch(new URL('properties', url))).json();
    return properties.map(shown);
  },

  /** How often each counting client received the event, next to the ids it should have received exactly once. */
  tally({ event, expected }) {
    return [...clients].filter(([, { counts }]) => counts).map(([client, { counts }]) => {
      const received = counts.get(event) ?? new Map();
      return {
        client,
        received: [...received.values()].reduce((sum, times) => sum + times, 0),
        missing: expected.filter((id) => !received.has(id)).length,
        repeated: [...received.values()].filter((times) => times > 1).length,
      };
    });
  },
};

/** What the frontend reads of a listing: it asks the address, whatever that is, for its text. */
function shown(listing) {
  return { id: listing.id, zip: listing.address.match(/\b\d{5}\b/)?.[0] ?? null };
}

function show(listing, tell) {
  try {
    tell(':shown', shown(listing));
  } catch (error) {
    tell(':blank', String(error));
  }
}

function count(counts, event, id) {
  let ids = counts.get(event);
  if (!ids) counts.set(event, (ids = new Map()));
  ids.set(id, (ids.get(id) ?? 0) + 1);
}

function toText(value) {
  if (Buffer.isBuffer(value) || value instanceof ArrayBuffer) return { $binary: Buffer.from(value).toString('base64') };
  if (Array.isArray(value)) return value.map(toText);
  if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, toText(entry)]));
  return value;
}

function fromText(value) {
  if (Array.isArray(value)) return value.map(fromText);
  if (value && typeof value === 'object') {
    if (typeof value.$binary === 'string') return Buffer.from(value.$binary, 'base64');
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, fromText(entry)]));
  }
  return value;
}

function print(message) {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, do: name, ...parameters } = JSON.parse(line);
  Promise.resolve()
    .then(() => commands[name](parameters))
    .then((result) => print({ reply: id, result: result ?? null }), (error) => print({ reply: id, error: String(error.stack ?? error) }));
}
// The tests closed our stdin: they are done.
process.exit();
