import './style.css';
import { connect } from './connection';
import { ListingList } from './listings';
import { readSettings } from './settings';

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;

const settings = readSettings(window.location);
const socket = connect(settings);
const listings = new ListingList(element<HTMLOListElement>('listings'), element('empty'), element('count'));
const pingButton = element<HTMLButtonElement>('ping');

element('backend').textContent = settings.backend;

// --- Connection -------------------------------------------------------------------------------------------------------------------

socket.on('connect', () => {
  showState('connected');
  element('sid').textContent = socket.id ?? '–';
  element('message').textContent = '';
  showTransport();
  socket.io.engine.on('upgrade', showTransport);
});
socket.on('disconnect', (reason) => {
  showState(socket.active ? 'reconnecting' : 'disconnected');
  element('sid').textContent = '–';
  element('transport').textContent = '–';
  element('message').textContent = `Disconnected: ${reason}.`;
});
socket.on('connect_error', (error) => {
  showState(socket.active ? 'reconnecting' : 'refused');
  element('message').textContent = `Could not connect: ${error.message}.`;
});
socket.on('connection_status', (status) => {
  element('message').textContent = status.message;
});

function showState(state: string): void {
  const view = element('state');
  view.textContent = state;
  view.dataset.state = state;
  pingButton.disabled = state !== 'connected';
}

function showTransport(): void {
  element('transport').textContent = socket.io.engine.transport.name;
}

// --- Ping -------------------------------------------------------------------------------------------------------------------------

let pingedAt = 0;
pingButton.addEventListener('click', () => {
  pingedAt = performance.now();
  element('pong').textContent = 'waiting …';
  socket.emit('ping_test', { sent: Date.now() });
});
socket.on('pong_response', (pong) => {
  element('pong').textContent = `${pong.message} (${(performance.now() - pingedAt).toFixed(1)} ms)`;
});

// --- Listings ---------------------------------------------------------------------------------------------------------------------

socket.on('new_property', (listing) => listings.show(listing, 'new'));
socket.on('property_updated', (listing) => listings.show(listing, 'updated'));
socket.on('property_deleted', ({ id }) => listings.remove(id));

const form = element<HTMLFormElement>('post');
form.addEventListener('submit', (event) => {
  event.preventDefault();
  void post(new FormData(form));
});

async function post(fields: FormData): Promise<void> {
  const outcome = element('posted');
  outcome.textContent = 'posting …';
  try {
    const response = await fetch(new URL('/update', settings.backend), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // Somewhere in Seattle, so that listings posted in a row do not lie on one another.
      body: JSON.stringify({
        address: fields.get('address'),
        price: Number(fields.get('price')),
        latitude: 47.6 + (Math.random() - 0.5) / 10,
        longitude: -122.33 + (Math.random() - 0.5) / 10,
      }),
    });
    const answer = (await response.json()) as { id?: string; message?: string };
    outcome.textContent = response.ok ? `Posted as ${answer.id}.` : `Refused (${response.status}): ${answer.message}`;
  } catch (error) {
    outcome.textContent = `Could not post: ${error instanceof Error ? error.message : String(error)}`;
  }
}
