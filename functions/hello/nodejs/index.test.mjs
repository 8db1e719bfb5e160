// Run with: node --test
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { handler, maxResidentBytes } from './index.mjs';

const ZEROS = '0'.repeat(64);
const ONE = '66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925';
const TWO = '2b32db6c2c0a6235fb1397e8225ea85e0f0e6e8c7b126d0016ccbde0e667151e';
const proxy = (body, isBase64Encoded = false) => ({ requestContext: { stage: 'dev' }, httpMethod: 'POST', body, isBase64Encoded });

for (const [name, event, answer] of [
  ['no event', null, ''],
  ['empty event', {}, ''],
  ['fields of strangers', { key1: 'value1' }, ''],
  ['hello', { workload: 'hello', iterations: 5 }, ''],
  ['no hash', { workload: 'sha256' }, ZEROS],
  ['one hash', { workload: 'sha256', iterations: 1 }, ONE],
  ['two hashes', { workload: 'sha256', iterations: 2 }, TWO],
  ['proxy without body', proxy(null), ''],
  ['proxy with empty body', proxy(''), ''],
  ['proxy with body', proxy('{"workload":"sha256","iterations":1}'), ONE],
  ['proxy with base64 body', proxy(Buffer.from('{"workload":"sha256","iterations":2}').toString('base64'), true), TWO],
]) {
  test(name, async () => {
    const response = await handler(event);
    assert.equal(response.statusCode, 200, response.body);
    const body = JSON.parse(response.body);
    assert.equal(body.answer, answer);
    assert.equal(body.message, 'Hello, world!');
    assert.match(body.environmentId, /^[0-9a-f]{32}$/);
    assert.ok(Object.values(body.metrics).every(Number.isFinite));
    assert.ok(body.metrics.heapUsedBytes > 0);
  });
}

for (const [name, event, error] of [
  ['array', [], 'the event must be a JSON object'],
  ['string', 'hello', 'the event must be a JSON object'],
  ['proxy with text', proxy('hello'), 'the event must be a JSON object'],
  ['proxy with an array', proxy('[]'), 'the event must be a JSON object'],
  ['unknown workload', { workload: 'md5' }, 'workload must be "hello" or "sha256"'],
  ['workload of another type', { workload: 1 }, 'workload must be "hello" or "sha256"'],
  ['negative', { workload: 'sha256', iterations: -1 }, 'iterations must be a whole number from 0 to 10000000'],
  ['fraction', { workload: 'sha256', iterations: 0.5 }, 'iterations must be a whole number from 0 to 10000000'],
  ['text', { workload: 'sha256', iterations: '1' }, 'iterations must be a whole number from 0 to 10000000'],
  ['too many', { workload: 'sha256', iterations: 10_000_001 }, 'iterations must be a whole number from 0 to 10000000'],
]) {
  test(`refuses ${name}`, async () => {
    const response = await handler(event);
    assert.equal(response.statusCode, 400);
    assert.deepEqual(JSON.parse(response.body), { error });
  });
}

test('counts invocations in one environment', async () => {
  const first = JSON.parse((await handler({})).body);
  const second = JSON.parse((await handler({})).body);
  assert.equal(second.invocation, first.invocation + 1);
  assert.equal(second.environmentId, first.environmentId);
});

test('loading draws no environmentId, and the first invocation one', async () => {
  const { randomBytes } = crypto;
  let drawn = 0;
  crypto.randomBytes = (...args) => (drawn++, randomBytes(...args));
  syncBuiltinESMExports();
  try {
    const fresh = await import('./index.mjs?fresh');
    assert.equal(drawn, 0);
    await fresh.handler([]); // a refused event is an invocation too
    await fresh.handler({});
    assert.equal(drawn, 1);
  } finally {
    crypto.randomBytes = randomBytes;
    syncBuiltinESMExports();
  }
});

test('the work shows in cpuMs', async () => {
  const cpu = async (iterations) => JSON.parse((await handler({ workload: 'sha256', iterations })).body).cpuMs;
  assert.ok(await cpu(200_000) > await cpu(2_000));
});

for (const [name, status, want] of [
  ['among other lines', 'Name:\tnode\nVmHWM:\t    1234 kB\nVmRSS:\t    1000 kB\n', 1234 * 1024],
  ['no such line', 'Name:\tnode\nVmRSS:\t    1000 kB\n', undefined],
  ['no number', 'VmHWM:\t kB\n', undefined],
  ['no file', undefined, undefined],
]) {
  test(`maxResidentBytes: ${name}`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'hello-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'status');
    if (status !== undefined) writeFileSync(file, status);
    assert.equal(maxResidentBytes(file), want);
  });
}
