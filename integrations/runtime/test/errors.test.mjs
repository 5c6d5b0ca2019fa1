// Whatever is wrong says what to do, and leaves everything else working.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { ClosedError, init, Manifest, ManifestError, RequestError, WasmError } from '@trailmark/runtime';

const bytes = readFileSync(new URL('../../../tests/golden/v1-workers.bin', import.meta.url));
const wasm = readFileSync(new URL('../dist/trailmark.wasm', import.meta.url));

test('bytes that are no manifest are refused, with the remedy', async () => {
  const version = Buffer.from(bytes);
  version[8] ^= 0x40;
  for (const [given, code, remedy] of [
    [Buffer.from('<!doctype html>'), 'not-a-manifest', /do not begin with/],
    [new Uint8Array(), 'not-a-manifest', /empty/],
    [bytes.subarray(0, bytes.length - 100), 'cut-off', /copy it again or compile again/],
    [Buffer.concat([bytes, Buffer.from('x')]), 'damaged', /compile again/],
    [version, 'version', /compile the site again/],
    ['/path/of/a/file', 'not-a-manifest', /read the file/],
    [undefined, 'not-a-manifest', /import it as data/],
    [null, 'not-a-manifest', /null/],
  ]) {
    const isTold = (error) => error instanceof ManifestError && error.code === code && remedy.test(error.message) && error.name === 'ManifestError';
    assert.throws(() => Manifest.openSync(given), isTold);
    await assert.rejects(Manifest.open(given), isTold);
  }
});

test('requests that are none are refused', () => {
  const manifest = Manifest.openSync(bytes);
  for (const [request, code] of [
    ['about', 'not-a-path'], ['', 'not-a-path'], ['*', 'not-a-path'], [`/${'a'.repeat(17_000)}`, 'too-long'], [`/${'a'.repeat(2e6)}`, 'too-long'],
    ['ftp://h/', 'scheme'], ['http://', 'no-host'], [{ url: '/', method: 'GET\0' }, 'form'], [{ url: '/', host: 5 }, 'form'],
    [{ url: 5 }, 'form'], [{}, 'form'], [{ url: '/', via: 'x' }, 'form'], [{ url: '/', headers: 'x' }, 'form'],
    [{ url: '/', headers: { 'sec-fetch-mode': 'a\0b' } }, 'form'],
  ]) {
    assert.throws(() => manifest.answer(request), (error) => error instanceof RequestError && error.code === code, JSON.stringify(request).slice(0, 80));
  }
  assert.equal(manifest.answer('/about').status, 200);
  manifest.close();
});

test('a manifest that was closed says so, also where its place is used again', () => {
  const first = Manifest.openSync(bytes);
  first.close();
  const second = Manifest.openSync(bytes);
  first.close();
  assert.throws(() => first.answer('/about'), (error) => error instanceof ClosedError && error.code === 'closed' && first.closed);
  assert.throws(() => first.guard('/about', { status: 200 }), ClosedError);
  assert.equal(second.answer('/about').status, 200);
  second[Symbol.dispose]();
  assert.ok(second.closed);
});

test('WebAssembly that is none, or not of Trailmark, is refused; what was loaded before goes on', async () => {
  const manifest = Manifest.openSync(bytes);
  const foreign = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  // A module whose one function `trailmark_abi` gives 99.
  const other = Uint8Array.of(
    0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 5, 1, 0x60, 0, 1, 0x7f, 3, 2, 1, 0,
    7, 17, 1, 13, ...Buffer.from('trailmark_abi'), 0, 0, 10, 7, 1, 5, 0, 0x41, 0xe3, 0, 0x0b,
  );
  for (const [given, code] of [
    [Buffer.from('no wasm'), 'invalid'], [foreign, 'invalid'], [other, 'version'], [{}, 'invalid'],
    [new URL('file:///there/is/none.wasm'), 'not-found'], [new Response('', { status: 404 }), 'not-found'],
    [wasm.subarray(0, 1000), 'invalid'],
  ]) {
    await assert.rejects(init(given), (error) => error instanceof WasmError && error.code === code && error.message.length > 30, code);
  }
  assert.equal(manifest.answer('/about').status, 200);
  for (const given of [wasm, wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length), new Response(wasm), new WebAssembly.Module(wasm)]) {
    await init(given);
    assert.equal(Manifest.openSync(bytes).answer('/about').status, 200);
  }
  assert.equal(manifest.answer('/about').status, 200);
});
