// The answers are those of `trailmark resolve --requests`, however the request is given.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

import { assetUrl, headersOf, Manifest } from '@trailmark/runtime';
import { compile, SITE, trailmark } from './kit/site.mjs';

const bytes = compile(SITE);
const manifest = await Manifest.open(bytes);
after(() => manifest.close());

test('every answer is that of the command line', () => {
  const requests = [
    { url: '/' }, { url: '/about' }, { url: '/about/?x=1' }, { url: '/about.html' }, { url: '/docs' }, { url: '/docs/nope/deep' },
    { url: '/a b/ü.txt' }, { url: '/a%20b/%C3%BC.txt' }, { url: '/old/a/b?c' }, { url: 'https://Example.com:443/about#x' },
    { url: '/x/../about' }, { url: '\\about' }, { url: '//about' }, { url: '/about', method: 'POST' }, { url: '/about', method: 'HEAD' },
    { url: '/about', headers: { 'IF-NONE-MATCH': manifest.answer('/about').headers.etag } },
    { url: '/about', headers: { authorization: 'Basic x', range: 'bytes=0-1' } }, { url: '/nope', via: 'binding' },
    { url: '/docs/', host: 'docs.example' }, { url: '/\u{1F600}\u0000\ud800' },
  ];
  const folder = mkdtempSync(path.join(tmpdir(), 'trailmark-runtime-'));
  try {
    writeFileSync(path.join(folder, 'site'), bytes);
    writeFileSync(path.join(folder, 'requests'), requests.map((request) => `${JSON.stringify(request)}\n`.replace('\\ud800', '\\ufffd')).join(''));
    const lines = trailmark('resolve', path.join(folder, 'site'), '--requests', path.join(folder, 'requests')).trim().split('\n');
    for (const [index, line] of lines.entries()) {
      const { url: _, ...expected } = JSON.parse(line);
      const { size: __, ...answer } = manifest.answer(requests[index]);
      assert.equal(JSON.stringify(answer), JSON.stringify(expected), JSON.stringify(requests[index]));
    }
    assert.equal(lines.length, requests.length);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a WHATWG Request can be asked, and its headers count', () => {
  const { etag } = manifest.answer('/about').headers;
  assert.equal(manifest.answer(new Request('https://h.example/about/?q', { method: 'HEAD' })).location, '/about?q');
  const conditional = new Request('https://h.example/about', { headers: { 'If-None-Match': etag, Authorization: 'x' } });
  const answer = manifest.answer(conditional);
  assert.equal(answer.status, 304);
  assert.equal(answer.headers['cache-control'], undefined);
});

test('headers may be a Headers, an object of node:http, or pairs', () => {
  const { etag } = manifest.answer('/about').headers;
  const weak = `W/${etag}`;
  for (const headers of [
    new Headers({ 'if-none-match': weak }), { 'if-none-match': weak, host: 'x', cookie: undefined }, { 'If-None-Match': [weak] },
    [['If-None-Match', weak]], new Map([['if-none-match', weak]]).entries(),
  ]) {
    assert.equal(manifest.answer({ url: '/about', headers }).status, 304);
  }
});

test('targets that are no UTF-8 can be given as bytes', () => {
  assert.equal(manifest.answer({ url: Buffer.from('/a b/\xfc.txt', 'latin1') }).status, 404);
  assert.equal(manifest.answer({ url: Buffer.from('/a b/ü.txt') }).status, 200);
});

test('cookies are an array, other lines are joined, and odd names are headers like any other', () => {
  const answer = manifest.answer('/about');
  assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2']);
  assert.deepEqual(new Headers(headersOf(answer)).getSetCookie(), ['a=1', 'b=2']);
  const odd = manifest.answer('/docs/');
  assert.equal(Object.getOwnPropertyDescriptor(odd.headers, '__proto__')?.value, 'x');
  assert.equal(Object.getPrototypeOf(odd.headers), Object.prototype);
});

test('files are found by the URL of their path', () => {
  const { asset, size } = manifest.answer('/a%20b/%C3%BC.txt');
  assert.equal(asset, '/a b/ü.txt');
  assert.equal(size, Buffer.byteLength(SITE['a b/ü.txt']));
  assert.equal(assetUrl(asset, 'https://h.example/x?y#z').href, 'https://h.example/a%20b/%C3%BC.txt');
});

test('requests for the Worker are told apart, and its answers are guarded', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'trailmark-runtime-'));
  try {
    writeFileSync(path.join(folder, 'wrangler.json'), JSON.stringify({
      name: 'x', main: 'x.js', compatibility_date: '2025-07-21', assets: { directory: 'dist', run_worker_first: ['/api/*', '/_next/*'] },
    }));
    using_(compileWith(folder), (site) => {
      assert.deepEqual(site.answer('/api/x'), { to: 'worker', status: null, location: null, asset: null, size: null, rule: null, headers: null });
      assert.equal(site.answer('/').to, 'assets');
      assert.equal(site.answer('/api/x', { via: 'binding' }).to, 'assets');
      const image = '/_next/image?url=https://evil.example/x';
      assert.equal(site.guard(image, { status: 200, contentType: 'text/html' })?.status, 403);
      assert.equal(site.guard(image, { status: 200, contentType: 'image/png' }), null);
      assert.equal(site.guard('/api/x', { status: 200 }), null);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function compileWith(folder) {
  return Manifest.openSync(compile({ 'index.html': 'x' }, '--config', path.join(folder, 'wrangler.json')));
}

function using_(held, use) {
  try {
    use(held);
  } finally {
    held.close();
  }
}

test('what was read from disk is as good as what was just made', async () => {
  const golden = readFileSync(new URL('../../../tests/golden/v1-workers.bin', import.meta.url));
  const opened = await Manifest.open(golden.buffer.slice(golden.byteOffset, golden.byteOffset + golden.byteLength));
  assert.equal(opened.answer('/about').status, 200);
  opened.close();
});
