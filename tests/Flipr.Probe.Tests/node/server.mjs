// One Socket.IO server for a test: node server.mjs '{"version":4,"options":{},"refuse":"...","instance":"..."}'.
// It listens on a free port of the loopback, says which one, and goes on until it is ended.
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import socketIO2 from 'socket.io-2';

const settings = JSON.parse(process.argv[2] ?? '{}');
const http = createServer();
const io = settings.version === 2 ? socketIO2(http, settings.options) : new Server(http, settings.options);
if (settings.refuse) {
  io.use((socket, next) => next(socket.handshake.auth.token === settings.token && settings.token ? undefined : new Error(settings.refuse)));
}

http.listen(0, '127.0.0.1', () => console.log(`listening on ${http.address().port}`));
