// The benchmarked function in Node.js, under the contract of functions/CONTRACT.md.
// It runs unchanged on Node.js 18, 22 and 24 and needs no dependency.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

const MAX_ITERATIONS = 10_000_000;
const ARCHITECTURES = { x64: 'x86_64', arm64: 'arm64' };

let environmentId; // drawn in the first invocation: what loading leaves may be restored many times
let invocation = 0;

export const handler = async (event) => {
  const cpuAtStart = process.cpuUsage();
  const start = process.hrtime.bigint();
  invocation++;
  environmentId ??= randomBytes(16).toString('hex');

  let request;
  try {
    request = parse(event);
  } catch (error) {
    return respond(400, { error: error.message });
  }
  const answer = request.workload === 'sha256' ? sha256Chain(request.iterations) : '';
  const metrics = runtimeMetrics();

  const cpu = process.cpuUsage(cpuAtStart);
  const processCpu = process.cpuUsage();
  const wall = process.hrtime.bigint() - start;
  metrics.maxResidentBytes = maxResidentBytes(); // reads a file: not the invocation's time
  return respond(200, {
    message: 'Hello, world!',
    language: 'nodejs',
    runtimeVersion: process.versions.node,
    architecture: ARCHITECTURES[process.arch] ?? process.arch,
    environmentId,
    invocation,
    initializationType: process.env.AWS_LAMBDA_INITIALIZATION_TYPE ?? '',
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION ?? '',
    cpuMs: (cpu.user + cpu.system) / 1e3,
    processCpuMs: (processCpu.user + processCpu.system) / 1e3,
    wallMs: Number(wall) / 1e6,
    answer,
    metrics,
  });
};

const respond = (statusCode, body) => ({
  statusCode,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

// parse reads the event itself, or the body of an API Gateway proxy event.
function parse(event) {
  event ??= {};
  requireObject(event);
  if (isObject(event.requestContext)) {
    event = parseBody(event);
    requireObject(event);
  }
  const workload = event.workload ?? 'hello';
  if (workload !== 'hello' && workload !== 'sha256') {
    throw new Error('workload must be "hello" or "sha256"');
  }
  const iterations = event.iterations ?? 0;
  if (!Number.isInteger(iterations) || iterations < 0 || iterations > MAX_ITERATIONS) {
    throw new Error(`iterations must be a whole number from 0 to ${MAX_ITERATIONS}`);
  }
  return { workload, iterations };
}

function parseBody({ body, isBase64Encoded }) {
  if (body === undefined || body === null || body === '') return {};
  try {
    return JSON.parse(isBase64Encoded ? Buffer.from(body, 'base64').toString('utf8') : body) ?? {};
  } catch {
    return undefined; // not JSON, and so no object either
  }
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

function requireObject(value) {
  if (!isObject(value)) throw new Error('the event must be a JSON object');
}

// sha256Chain hashes 32 zero bytes, then the hash, and so on.
function sha256Chain(iterations) {
  let block = Buffer.alloc(32);
  for (let i = 0; i < iterations; i++) {
    block = createHash('sha256').update(block).digest();
  }
  return block.toString('hex');
}

function runtimeMetrics() {
  const memory = process.memoryUsage();
  const usage = process.resourceUsage();
  return {
    heapUsedBytes: memory.heapUsed,
    heapTotalBytes: memory.heapTotal,
    externalBytes: memory.external,
    arrayBuffersBytes: memory.arrayBuffers,
    residentBytes: memory.rss,
    minorPageFaults: usage.minorPageFault,
    majorPageFaults: usage.majorPageFault,
    involuntaryContextSwitches: usage.involuntaryContextSwitches,
  };
}

// maxResidentBytes is the peak of this program alone. The maxRSS of getrusage
// outlives exec on Linux, and so would show a larger program that started this one.
// Undefined where it cannot be read, which JSON leaves out.
export function maxResidentBytes(file = '/proc/self/status') {
  try {
    const kib = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync(file, 'latin1'))?.[1];
    return kib && Number(kib) * 1024;
  } catch {
    return undefined;
  }
}
