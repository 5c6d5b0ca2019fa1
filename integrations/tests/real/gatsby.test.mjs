/** A Gatsby site as the starters make it, built with the packed plugin, served, and crawled. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { resolve as ask } from 'trailmark';

import { withChromium } from '../kit/chromium.mjs';
import { differences } from '../kit/compare.mjs';
import { crawl } from '../kit/crawl.mjs';
import { packAll } from '../kit/pack.mjs';
import { binary } from '../kit/places.mjs';
import { makeProject } from '../kit/project.mjs';
import { startRegistry } from '../kit/registry.mjs';
import { must, run } from '../kit/run.mjs';
import { serve } from '../kit/serve.mjs';

/** What createRedirect and the client-only route of the fixture need, as the plugin has to offer it. */
const LINES = [
  '/blog /log/ 301',
  '/status https://status.tides.example/ 302',
  '/app /app/%5B...%5D/ 200',
  '/posts/* /log/:splat 308',
  '/app/* /app/%5B...%5D/ 200',
];
/** With `pathPrefix`, as Gatsby and the platform see them. */
const PREFIXED = LINES.map((line) => line.replace(/(^| )\//g, '$1/journal/'));

/** With the program that was packed. */
const resolve = (manifest, requests) => ask(manifest, requests, { binary: binary() });

describe('gatsby', () => {
  let folder;
  let registry;
  before(async () => {
    const packed = await packAll(['trailmark', 'gatsby']);
    registry = await startRegistry(packed);
    folder = await makeProject({
      fixture: 'gatsby',
      packed,
      registry: registry.url,
      install: ['trailmark', 'gatsby-plugin-trailmark'],
      before: cleaned,
    });
  });
  after(() => registry?.close());

  test('built with one line in the configuration: what is offered as lines of _redirects is what the site lacks', async () => {
    const output = await must('npx', ['gatsby', 'build'], { cwd: folder, seconds: 500 });
    assert.deepEqual(offered(output), LINES);
    assert.equal(readFileSync(join(folder, '.cache/trailmark-redirects.txt'), 'utf8'), `${LINES.join('\n')}\n`);
    assert.doesNotMatch(output, /deprecated.*trailmark/);
    const files = ['/build.txt', '/sitemap-index.xml', '/manifest.webmanifest'];
    const answers = await resolve(join(folder, 'public.trailmark'), files);
    assert.deepEqual(answers.map(({ asset }) => asset), files, 'what other plugins wrote after ours is in the manifest');
  });

  test('with those lines every link answers in Chromium as resolve says', async () => {
    writeFileSync(join(folder, 'public/_redirects'), `${LINES.join('\n')}\n`);
    await must('npx', ['trailmark', 'compile', 'public', '--strict'], { cwd: folder });
    await crawled(folder, '', ['/', '/log/first-light/', '/app/harbour/', '/blog', '/posts/first-light/']);
  });

  test('built for a path prefix, with an ESM configuration, strict, and the lines in static/', async () => {
    strictAsModule(folder);
    writeFileSync(join(folder, 'static/_redirects'), `${PREFIXED.join('\n')}\n`);
    await must('npx', ['gatsby', 'build', '--prefix-paths'], { cwd: folder, seconds: 500 });
    await crawled(folder, '/journal', ['/journal/', '/journal/log/first-light/', '/journal/app/harbour/', '/journal/blog']);
    const [outside] = await resolve(join(folder, 'public.trailmark'), ['/about/']);
    assert.equal(outside.status, 404);
  });

  test('audited: links that cost a redirect or lead to nothing are named, and fail the build', async () => {
    const config = readFileSync(join(folder, 'gatsby-config.mjs'), 'utf8');
    writeFileSync(join(folder, 'gatsby-config.mjs'), config.replace('strict: true', `audit: { failOn: 'not-found' }`));
    writeFileSync(join(folder, 'static/_redirects'), `${LINES.join('\n')}\n`);
    const page = join(folder, 'src/pages/lost.js');
    const links = ['/gone/', '/log', 'https://tides.example/drowned'].map((url) => `<a href="${url}">a</a>`).join('');
    writeFileSync(page, `import * as React from 'react';\n\nexport default () => <main>${links}</main>;\n`);
    const { status, output } = await run('npx', ['gatsby', 'build'], { cwd: folder, seconds: 500 });
    rmSync(page);
    assert.notEqual(status, 0, output);
    assert.match(output, /audit: error not-found: leads to nothing \(404\): /);
    for (const target of ['/gone/', '/drowned']) assert.match(output, new RegExp(`^ {2}${target} {2}public/lost/index\\.html:\\d+:\\d+$`, 'm'));
    assert.match(output, /audit: warning redirect: costs a redirect: [^]*\n {2}\/log {2}write \/log\//);
    assert.match(output, /gatsby-plugin-trailmark: the audit found what `failOn` \(not-found\) takes for a failure: not-found \(2 links to 2 targets/);
  });
});

/** Follows every link from the first page on; `expected` are paths that must have been asked for. */
async function crawled(folder, base, expected) {
  const server = await serve(binary(), ['public.trailmark'], { cwd: folder });
  try {
    const { links, seen, shown } = await withChromium(async (page) => {
      const crawled = await crawl(page, `${server.url}${base}/`);
      await page.goto(`${server.url}${base}/app/quay/`, { waitUntil: 'networkidle' });
      return { ...crawled, shown: await page.textContent('main') };
    });
    assert.match(shown, /Station: quay/, 'a client-only route that no link names shows itself');
    const asked = new Set(seen.map(({ url }) => new URL(url).pathname));
    for (const path of expected) assert.ok(asked.has(path), `${path} was not asked for; there are ${[...asked].join(' ')}`);
    assert.deepEqual(seen.filter(({ status }) => status >= 400).map(({ url }) => url), [], 'no link is broken');
    const site = { manifest: join(folder, 'public.trailmark'), dist: join(folder, 'public'), base: base || '/', resolve };
    assert.deepEqual(await differences(seen, site), []);
    assert.ok(links.length >= 10, `${links.length} links`);
  } finally {
    await server.stop();
  }
}

/** The lines that the log offers. */
function offered(output) {
  const [, after = ''] = output.split(/lines are missing in static\/_redirects.*\n/);
  return after.split('\n').slice(0, after.split('\n').findIndex((line) => !line.startsWith('  '))).map((line) => line.trim());
}

/** The configuration as an ES module with `strict`, which takes in the one of the fixture. */
function strictAsModule(folder) {
  renameSync(join(folder, 'gatsby-config.js'), join(folder, 'base-config.cjs'));
  const plugin = `{ resolve: 'gatsby-plugin-trailmark', options: { strict: true } }`;
  writeFileSync(
    join(folder, 'gatsby-config.mjs'),
    `import base from './base-config.cjs';\n\nexport default {\n  ...base,\n  plugins: base.plugins.map((each) => (each === 'gatsby-plugin-trailmark' ? ${plugin} : each)),\n};\n`,
  );
  assert.match(readFileSync(join(folder, 'base-config.cjs'), 'utf8'), /'gatsby-plugin-trailmark',/);
}

/** What an earlier run has left. */
function cleaned(folder) {
  for (const name of ['base-config.cjs', 'gatsby-config.mjs', 'static/_redirects', 'public.trailmark', 'public.trailmark.cache']) {
    if (existsSync(join(folder, name))) rmSync(join(folder, name));
  }
}
