// The least that shows Socket.IO events without its client library: one WebSocket, Engine.IO 4, the namespace "/".
// What arrives is shown as text, never as markup.
const MAX_SHOWN = 100;
const MAX_LENGTH = 1000; // a listing's text may be longer than a browser can lay out
const state = document.getElementById('state');
const events = document.getElementById('events');

connect();

function connect() {
  const socket = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`);
  socket.onmessage = ({ data }) => {
    if (typeof data !== 'string') return;
    if (data.startsWith('0')) socket.send('40'); // open: join the namespace
    else if (data === '2') socket.send('3'); // ping: pong
    else if (data.startsWith('40')) state.textContent = 'connected';
    else if (data.startsWith('42')) show(JSON.parse(data.slice(data.indexOf('['))));
  };
  socket.onclose = () => {
    state.textContent = 'reconnecting';
    setTimeout(connect, 2000);
  };
}

function show([name, ...args]) {
  const entry = document.createElement('li');
  const text = `${new Date().toLocaleTimeString()} ${name} ${args.map((arg) => JSON.stringify(arg)).join(' ')}`;
  entry.textContent = text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH).replace(/[\uD800-\uDBFF]$/, '')}…` : text;
  events.prepend(entry);
  while (events.children.length > MAX_SHOWN) events.lastChild.remove();
  document.getElementById('empty').hidden = true;
}
