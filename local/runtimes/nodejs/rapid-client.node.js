'use strict';

// Stands in for rapid-client.node, the native module that the package of the official client compiles when it is installed.
// Node.js comes here by itself: where ./rapid-client.node does not exist, a require of it tries the suffix .js next.
//
// Like the native module's, done and error return when their request is in the kernel's hands: the client may call
// process.exit right after them, and a request that waited for the event loop would be lost. A socket's write hands over at
// once as much as the kernel takes, which is all of it but for the largest answers; node:http would wait a turn of the loop.
// While no reply is due the socket does not keep the process alive, so that an event loop without work ends (beforeExit),
// which is how the client notices it.

const net = require('node:net');

const api = process.env.AWS_LAMBDA_RUNTIME_API;
const [host, port] = api.split(':');

let socket = null;
let received = Buffer.alloc(0);
let arriving = []; // what has come after received, of a reply that is known not to be whole before wanted bytes
let wanted = 0;
const due = []; // one {resolve, reject} for each request without a reply, oldest first

function open() {
  [received, arriving, wanted] = [Buffer.alloc(0), [], 0];
  const opened = net.connect({ host, port: Number(port), noDelay: true });
  opened.on('data', (chunk) => {
    arriving.push(chunk);
    wanted -= chunk.length;
    if (wanted > 0) return;
    received = Buffer.concat([received, ...arriving]);
    [arriving, wanted] = [[], 0];
    readReplies();
  });
  opened.on('error', (err) => close(opened, err));
  opened.on('close', () => close(opened, new Error('the Runtime API closed the connection')));
  socket = opened;
}

function close(closed, err) {
  if (socket !== closed) return;
  socket = null;
  closed.destroy();
  for (const reply of due.splice(0)) reply.reject(err);
}

// send writes one request and returns a promise of its reply.
function send(method, path, headers, body) {
  if (!socket) open();
  const reply = new Promise((resolve, reject) => due.push({ resolve, reject }));
  socket.ref();
  let head = `${method} /2018-06-01/runtime/invocation/${path} HTTP/1.1\r\nHost: ${api}\r\n`;
  for (const [name, value] of Object.entries(headers)) head += `${name}: ${value}\r\n`;
  socket.write(body === undefined ? `${head}\r\n` : `${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  return reply;
}

// readReplies settles the promise of every reply that has arrived whole.
function readReplies() {
  for (;;) {
    const end = received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const [status, ...lines] = received.toString('utf8', 0, end).split('\r\n');
    const headers = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const body = readBody(headers, end + 4);
    if (!body) return;
    received = received.subarray(body.end);
    const reply = due.shift();
    if (!due.length) socket.unref();
    reply.resolve({ status: Number(status.split(' ')[1]), headers, bytes: body.bytes });
  }
}

// readBody returns the body that begins at start and where it ends, or nothing while it is not there yet.
function readBody(headers, start) {
  if (headers['transfer-encoding'] !== 'chunked') {
    const end = start + Number(headers['content-length'] || 0);
    if (received.length >= end) return { bytes: received.subarray(start, end), end };
    wanted = end - received.length;
    return undefined;
  }
  const chunks = [];
  for (let at = start; ;) {
    const line = received.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = parseInt(received.toString('latin1', at, line), 16);
    const end = line + 2 + size + 2;
    if (received.length < end) return undefined;
    if (size === 0) return { bytes: Buffer.concat(chunks), end };
    chunks.push(received.subarray(line + 2, end - 2));
    at = end;
  }
}

let answered = Promise.resolve();

exports.next = async function next() {
  await answered;
  const { status, headers, bytes } = await send('GET', 'next', {});
  if (status !== 200) throw new Error(`Failed to get next invocation, error ${status}`);
  const kept = {
    'lambda-runtime-deadline-ms': Number(headers['lambda-runtime-deadline-ms']),
    'lambda-runtime-aws-request-id': headers['lambda-runtime-aws-request-id'] || '',
    'lambda-runtime-trace-id': headers['lambda-runtime-trace-id'] || '',
    'lambda-runtime-invoked-function-arn': headers['lambda-runtime-invoked-function-arn'] || '',
  };
  for (const name of ['lambda-runtime-client-context', 'lambda-runtime-cognito-identity', 'lambda-runtime-aws-tenant-id']) {
    if (headers[name]) kept[name] = headers[name];
  }
  return { bodyJson: bytes.toString('utf8'), headers: kept };
};

// The native module ignores what the Runtime API says to an answer, and so does this one.
function answer(path, headers, body) {
  answered = send('POST', path, { 'Content-Type': 'application/json', ...headers }, body).catch(() => {});
}

exports.done = (id, body) => answer(`${id}/response`, {}, body);

exports.error = (id, body, cause) => answer(`${id}/error`,
  // The Runtime API takes up to 1 MiB of it; the native module leaves out a longer one, too.
  Buffer.byteLength(cause) < 1 << 20 ? { 'Lambda-Runtime-Function-XRay-Error-Cause': cause } : {}, body);
