// Talks to the AOT application, packet by packet: node client.mjs http://127.0.0.1:port
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";

const url = new URL(process.argv[2]);
setTimeout(() => { console.error("No answer within 20 s."); process.exit(1); }, 20_000).unref();

// --- Polling: the handshake, and a first namespace -------------------------------------------------------------------------

const polling = new URL("/socket.io/?EIO=4&transport=polling", url);
const open = await (await fetch(polling)).text();
const { sid, upgrades } = JSON.parse(open.slice(1));
assert.equal(open[0], "0");
assert.deepEqual(upgrades, ["websocket"]);
polling.searchParams.set("sid", sid);
assert.equal(await (await fetch(polling, { method: "POST", body: "40" })).text(), "ok");
assert.match(await (await fetch(polling)).text(), /^40\{"sid":"[\w-]{20}"\}$/);
assert.equal(await (await fetch(polling, { method: "POST", body: '420["anything",{"a":[1,"ä😀"]}]' })).text(), "ok");
assert.equal(unescaped(await (await fetch(polling)).text()), '430[{"a":[1,"ä😀"]}]');
await fetch(polling, { method: "POST", body: "1" });

// --- WebSocket: events, acks, binary -------------------------------------------------------------------------------------------

const { send, sendBinary, receive } = await connect();
assert.equal((await receive())[0], "0");
send("40");
assert.match(await receive(), /^40\{"sid":"[\w-]{20}"\}$/);

send('42["message","hello 😀"]');
assert.equal(unescaped(await receive()), '42["message","hello 😀"]');

send('451-7["post",{"from":"me","text":"hello","picture":{"_placeholder":true,"num":0}}]');
sendBinary(Buffer.from([1, 2, 3]));
assert.equal(await receive(), '461-7[{"from":"me","text":"HELLO","picture":{"_placeholder":true,"num":0}}]');
assert.deepEqual(await receive(), Buffer.from([1, 2, 3]));
assert.equal(await receive(), '451-["posted",{"from":"me","text":"hello","picture":{"_placeholder":true,"num":0}}]');
assert.deepEqual(await receive(), Buffer.from([1, 2, 3]));

send('451-8["upload",{"_placeholder":true,"num":0}]');
sendBinary(Buffer.alloc(300, 9));
assert.equal(await receive(), '461-8[300,{"_placeholder":true,"num":0}]');
assert.deepEqual(await receive(), Buffer.alloc(300, 9));

send('42["ask_me"]');
assert.equal(await receive(), '420["question",42,"why?"]');
send("430[43]");
assert.equal(await receive(), '42["answered",43,{"from":"server","text":"thanks","picture":null}]');

send('429["roll_call"]');
assert.equal(await receive(), '421["who"]');
send('431["me"]');
assert.equal(await receive(), '439[["me"]]');

send("40/echo,");
assert.match(await receive(), /^40\/echo,\{"sid":"[\w-]{20}"\}$/);
send('42/echo,5["echo",{"deep":{"er":[null,true,1e3]}}]');
assert.equal(await receive(), '43/echo,5[{"deep":{"er":[null,true,1e3]}}]');

console.log("Polling and WebSocket: typed events, acks both ways, binary, a handler class: all as expected.");
process.exit(0);

/** JSON may write a character as an escape. */
function unescaped(json) {
  return json.replace(/\\u([0-9a-f]{4})/gi, (_, digits) => String.fromCharCode(parseInt(digits, 16)));
}

/** Opens a WebSocket with nothing but Node's own modules, so that no package has to be installed. */
async function connect() {
  const key = randomBytes(16).toString("base64");
  const [response, socket, head] = await new Promise((resolve, reject) => {
    request(new URL("/socket.io/?EIO=4&transport=websocket", url), {
      headers: { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": 13 },
    }).on("upgrade", (...upgraded) => resolve(upgraded)).on("response", (refusal) => reject(new Error(`HTTP ${refusal.statusCode}`))).on("error", reject).end();
  });
  assert.equal(response.headers["sec-websocket-accept"], createHash("sha1").update(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest("base64"));

  let bytes = head;
  const messages = [];
  const waiting = [];
  const onData = (data) => {
    bytes = Buffer.concat([bytes, data]);
    for (;;) {
      const length7 = bytes.length > 1 ? bytes[1] : 0;
      const header = length7 === 126 ? 4 : length7 === 127 ? 10 : 2;
      if (bytes.length < header) return;
      const length = header === 2 ? length7 : header === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
      if (bytes.length < header + length) return;
      const payload = bytes.subarray(header, header + length);
      const message = bytes[0] === 0x81 ? payload.toString() : Buffer.from(payload);
      bytes = bytes.subarray(header + length);
      const receiver = waiting.shift();
      if (receiver) receiver(message);
      else messages.push(message);
    }
  };
  socket.on("data", onData);
  onData(Buffer.alloc(0));

  const sendFrame = (opcode, payload) => {
    const mask = randomBytes(4);
    const header = payload.length < 126 ? Buffer.from([0x80 | opcode, 0x80 | payload.length]) : Buffer.from([0x80 | opcode, 0xfe, payload.length >> 8, payload.length & 0xff]);
    socket.write(Buffer.concat([header, mask, payload.map((value, index) => value ^ mask[index % 4])]));
  };
  return {
    send: (text) => sendFrame(1, Buffer.from(text)),
    sendBinary: (data) => sendFrame(2, data),
    receive: () => (messages.length ? messages.shift() : new Promise((resolve) => waiting.push(resolve))),
  };
}
