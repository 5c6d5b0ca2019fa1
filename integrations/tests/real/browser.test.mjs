/** `@trailmark/runtime` in a browser, as its README says: the module, the WebAssembly beside it, and a manifest that is fetched. */
import assert from 'node:assert/strict';
import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { test } from 'node:test';

import { compile, resolve } from 'trailmark';

import { withChromium } from '../kit/chromium.mjs';
import { binary, INTEGRATIONS, ROOT } from '../kit/places.mjs';

const SITE = join(ROOT, 'examples/astro-lighthouse/dist');
const URLS = ['/about', '/about.html?q=1', '/blog/', '/guides//lens+care', '/guides/nowhere', '/fr/%C3%A0%20propos.html', '/downloads/tide%20table.txt'];
const TYPES = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** The package's files, a page, and a manifest, on 127.0.0.1. */
async function startServer(manifest) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const files = { '/': undefined, '/dist.trailmark': manifest };
    const file = files[pathname] ?? join(INTEGRATIONS, 'runtime/dist', normalize(pathname));
    if (pathname === '/') return response.setHeader('content-type', 'text/html').end('<!doctype html><title>t</title>');
    if (!existsSync(file)) return response.writeHead(404).end();
    response.setHeader('content-type', TYPES[extname(file)] ?? 'application/octet-stream');
    return createReadStream(file).pipe(response);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { url: `http://127.0.0.1:${server.address().port}/`, close: () => new Promise((closed) => (server.closeAllConnections(), server.close(closed))) };
}

/** Runs in the page. */
async function ask(urls) {
  const { Manifest, ManifestError } = await import('/web.js');
  const bytes = await (await fetch('/dist.trailmark')).arrayBuffer();
  const manifest = await Manifest.open(bytes);
  const answers = urls.map((url) => manifest.answer(url));
  manifest.close();
  const refused = await Manifest.open(new Uint8Array(200)).catch((error) => error instanceof ManifestError && error.code);
  return { answers, refused };
}

test('a browser gets the answers of the command line', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'trailmark-browser-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const output = join(folder, 'dist.trailmark');
  await compile({ dist: SITE, output, cache: false, binary: binary() });
  const server = await startServer(output);
  t.after(server.close);
  const { answers, refused } = await withChromium(async (page) => {
    await page.goto(server.url);
    return page.evaluate(ask, URLS);
  });
  const expected = await resolve(output, URLS, { binary: binary() });
  assert.equal(refused, 'not-a-manifest');
  const fields = ({ to, status, location, asset, rule, headers }) => ({ to, status, location, asset, rule, headers });
  assert.deepEqual(answers.map(fields), expected.map(fields));
});
