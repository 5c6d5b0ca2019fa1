// The example Worker as a user has it: the packed package, bundled by wrangler, run in real workerd.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Manifest } from '@trailmark/runtime';
import { trailmark } from './kit/site.mjs';
import { ORACLE, startWorker } from './kit/workerd.mjs';

const EXAMPLE = fileURLToPath(new URL('../../../examples/worker', import.meta.url));
const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'trailmark-worker-'));
const example = path.join(folder, 'example');
let worker;

before(async () => {
  const skipped = ['node_modules', 'deploy', '.wrangler'].map((name) => path.join(EXAMPLE, name));
  cpSync(EXAMPLE, example, { recursive: true, filter: (source) => !skipped.includes(source) });
  build();
  install();
  const bundle = path.join(folder, 'bundle');
  const wrangler = createRequire(ORACLE).resolve('wrangler/bin/wrangler.js');
  execFileSync(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', bundle], {
    cwd: example, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, WRANGLER_SEND_METRICS: 'false' },
  });
  worker = await startWorker(path.join(bundle, 'index.js'), {
    root: bundle,
    assets: {
      directory: path.join(example, 'deploy'),
      binding: 'ASSETS',
      assetConfig: { html_handling: 'none', not_found_handling: 'none' },
      routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: true },
    },
  });
});

after(async () => {
  await worker?.dispose();
  rmSync(folder, { recursive: true });
});

/** The example's own `build` script, with the command line of this repository. */
function build() {
  const { scripts } = JSON.parse(readFileSync(path.join(example, 'package.json'), 'utf8'));
  const [compile, copy] = scripts.build.split(' && ').map((command) => command.split(' '));
  assert.deepEqual([compile[0], compile[1], copy[0]], ['trailmark', 'compile', 'node']);
  trailmark('compile', ...compile.slice(2).map((word) => (word.startsWith('site') ? path.join(example, word) : word)));
  execFileSync(process.execPath, copy.slice(1), { cwd: example });
}

/** What `npm install` of the packed package leaves. */
function install() {
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const packed = JSON.parse(execFileSync(npm, ['pack', '--json', '--pack-destination', folder], { cwd: PACKAGE, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  const destination = path.join(example, 'node_modules/@trailmark/runtime');
  mkdirSync(destination, { recursive: true });
  execFileSync('tar', ['-xzf', path.join(folder, packed[0].filename), '--strip-components=1', '-C', destination]);
}

const ask = (url, init) => worker.dispatchFetch(`http://site.example${url}`, { redirect: 'manual', ...init });

test('the Worker sends what the manifest says, with the bytes of the right file', async () => {
  const manifest = Manifest.openSync(readFileSync(path.join(example, 'site.trailmark')));
  for (const url of [
    '/handbook/', '/handbook', '/handbook/about', '/handbook/about/', '/handbook/about.html', '/handbook/guide/first%20steps', '/handbook/start?x=1',
    '/handbook/guide/nowhere', '/handbook/nowhere', '/outside', '/', '/about', '/handbook/guide/%66irst%20steps.html',
  ]) {
    for (const method of ['GET', 'HEAD', 'POST']) {
      const expected = manifest.answer({ url: `http://site.example${url}`, method }, { via: 'binding' });
      const response = await ask(url, { method });
      const name = `${method} ${url}`;
      assert.equal(response.status, expected.status, name);
      assert.equal(response.headers.get('x-trailmark-rule'), expected.rule, name);
      for (const [header, value] of Object.entries(expected.headers)) assert.equal(response.headers.get(header), value, `${name}: ${header}`);
      const body = await response.text();
      const file = expected.asset === null || method === 'HEAD' ? '' : readFileSync(path.join(example, 'site', expected.asset), 'utf8');
      assert.equal(body, file, name);
    }
  }
  manifest.close();
});

test('what its README says of it holds', async () => {
  const text = readFileSync(path.join(EXAMPLE, 'README.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `(\/handbook\S*)` \| (\d+)\D.*\| `(\S+)` \|$/gm)];
  assert.ok(rows.length >= 5);
  for (const [, url, status, rule] of rows) {
    const response = await ask(url);
    assert.deepEqual([response.status, response.headers.get('x-trailmark-rule')], [Number(status), rule], url);
  }
  assert.equal(typeof (await (await ask('/api/time')).json()).now, 'string');
});

test('a client that has the current bytes gets none', async () => {
  const { headers } = await ask('/handbook/about');
  const again = await ask('/handbook/about', { headers: { 'If-None-Match': headers.get('etag') } });
  assert.equal(again.status, 304);
});
