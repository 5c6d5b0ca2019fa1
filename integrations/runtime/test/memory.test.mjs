// Nothing leaks: memory stays where it was after a million calls, and after thousands of manifests.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';

import { Manifest, statistics } from '@trailmark/runtime';
import { compile } from './kit/site.mjs';

const golden = readFileSync(new URL('../../../tests/golden/v1-workers.bin', import.meta.url));
// A redirect that is made for each request, a header with a value filled in: the two that allocate.
const dynamic = compile({
  'index.html': 'x', _redirects: '/from/:a/* /to/:splat/:a 302\n', _headers: '/h/:a\n  X-A: :a\nhttps://:host.example/*\n  X-H: :host\n',
});

test('a million answers need no more memory than the first ones', () => {
  const manifests = [Manifest.openSync(golden), Manifest.openSync(dynamic)];
  const ask = (number) => {
    for (const manifest of manifests) {
      manifest.answer(`/about${number % 3 === 0 ? '/' : ''}?n=${number}`);
      manifest.answer({ url: `https://www.example/from/${number}/x/../y`, headers: { 'if-none-match': `"${number}"` } });
      manifest.answer(`/h/${number}`);
      if (number % 1000 === 0) assert.throws(() => manifest.answer('nowhere'));
      if (number % 5000 === 0) manifest.answer(`/${'é/../'.repeat(2500)}`);
    }
  };
  ask(0);
  const before = statistics();
  for (let number = 1; number <= 170_000; number++) ask(number);
  assert.deepEqual(statistics(), before);
  for (const manifest of manifests) manifest.close();
});

test('twenty thousand manifests, a hundred at a time, leave nothing behind', () => {
  const round = () => {
    const manifests = Array.from({ length: 100 }, (_, index) => Manifest.openSync(index % 2 ? golden : dynamic));
    assert.equal(statistics().openManifests, open + 100);
    for (const manifest of manifests) assert.equal(manifest.answer('/').to, 'assets');
    for (const manifest of manifests) manifest.close();
    assert.throws(() => Manifest.openSync(golden.subarray(0, 500)));
  };
  const open = statistics().openManifests;
  round();
  const before = statistics();
  for (let count = 0; count < 200; count++) round();
  assert.deepEqual(statistics(), before);
});

test('a manifest that nobody holds any more is closed', async () => {
  setFlagsFromString('--expose-gc');
  const collect = globalThis.gc ?? (await import('node:vm')).runInNewContext('gc');
  const before = statistics().openManifests;
  (() => {
    for (let count = 0; count < 50; count++) Manifest.openSync(golden).answer('/');
  })();
  for (let attempt = 0; attempt < 100 && statistics().openManifests > before; attempt++) {
    collect();
    await new Promise((done) => setTimeout(done, 10));
  }
  assert.ok(statistics().openManifests <= before, `${statistics().openManifests} are open`);
});
