/** The whole plugin with the real program, on a folder like the one that Gatsby writes. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';

import { binary } from '../../tests/kit/places.mjs';
import { onPostBuild } from '../dist/node.js';
import { fakeEmitter, fakeReporter, fakeStore, pages, state } from './fakes.mjs';

process.env.TRAILMARK_BINARY = binary();

let folder;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'trailmark-gatsby-'))));
const listeners = process.listeners('exit');
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
  // What watches the folder until the process ends has nothing to watch any more.
  for (const each of process.listeners('exit')) if (!listeners.includes(each)) process.off('exit', each);
});

const write = (path, text = '<!doctype html>') => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

/** Builds as Gatsby would; what was said. */
async function build(options = {}, changes = {}) {
  const program = { directory: folder, prefixPaths: changes.prefixPaths ?? false };
  const store = fakeStore(state({ pages: pages('/', '/about/'), ...changes, program }));
  const [reporter, emitter] = [fakeReporter(), fakeEmitter()];
  onPostBuild({ store, emitter, reporter }, options);
  assert.equal(store.getState().jobs.active.length, 1, 'Gatsby is held');
  emitter.emit('API_RUNNING_QUEUE_EMPTY');
  while (store.getState().jobs.active.length > 0) await wait(5);
  return reporter.said;
}

/** Routes of which some are narrower than others, and one would hide a page. */
const CLIENT_PAGES = [
  { path: '/app/[...]/', matchPath: '/app/*' },
  { path: '/app/settings/[...]/', matchPath: '/app/settings/*' },
  { path: '/shop/[...]/', matchPath: '/shop/*' },
  { path: '/shop/[id]/', matchPath: '/shop/:id' },
];

function site() {
  write('public/index.html');
  write('public/about/index.html');
  write('public/404.html');
}

test('the manifest lies beside public, and the log says what is in it', async () => {
  site();
  const said = await build();
  assert.deepEqual(said.panic, []);
  assert.deepEqual(said.warn, []);
  assert.ok(existsSync(join(folder, 'public.trailmark')));
  assert.match(said.status[0], /\d+ routes in public\.trailmark/);
  assert.match(said.info.join('\n'), /3 files .*-> public\.trailmark/);
  assert.equal(said.ended, 1);
});

test('a setting of slashes that fights the platform\'s is warned about, with what to set', async () => {
  site();
  const never = { pages: pages('/', '/about'), config: { pathPrefix: '', trailingSlash: 'never' } };
  const [text] = (await build({}, never)).warn;
  assert.match(text, /every link to 1 of 2 pages costs a redirect[^]*\/about -> \/about\/[^]*drop-trailing-slash/);
  assert.deepEqual((await build({ htmlHandling: 'drop-trailing-slash' }, never)).warn, []);
  write('wrangler.jsonc', '{ "assets": { "directory": "public", "html_handling": "drop-trailing-slash", "not_found_handling": "404-page" } }');
  assert.deepEqual((await build({}, never)).warn, [], 'the wrangler configuration of the site counts');
  assert.match((await build({ platform: 'pages' }, never)).warn[0], /Cloudflare Pages[^]*trailingSlash: 'always'/);
});

test('a path prefix is the base of the manifest', async () => {
  site();
  const said = await build({}, { prefixPaths: true, config: { pathPrefix: '/journal', trailingSlash: 'always' } });
  assert.deepEqual(said.warn, []);
  assert.match(said.info.join('\n'), /Workers.*\/journal/);
});

test('with strict a warning fails the build; the warning is shown as well', async () => {
  site();
  const redirects = [{ fromPath: '/old', toPath: '/about/', isPermanent: true }];
  const relaxed = await build({}, { redirects });
  assert.match(relaxed.warn[0], /nothing of 1 redirect of createRedirect:[^]*\n {2}\/old \/about\/ 301/);
  assert.deepEqual(relaxed.panic, []);
  assert.equal(readFileSync(join(folder, '.cache/trailmark-redirects.txt'), 'utf8'), '/old /about/ 301\n');
  const strict = await build({ strict: true }, { redirects });
  assert.equal(strict.warn.length, 1);
  assert.match(strict.panic[0], /1 warning above.*strict: true/);
});

test('with strict a line that the platform ignores fails the build, and without it is told', async () => {
  site();
  write('public/_redirects', '/mail mailto:keeper@tides.example\n');
  const relaxed = await build();
  assert.deepEqual([relaxed.warn, relaxed.panic], [[], []]);
  assert.match(relaxed.info.join('\n'), /line 1: .*is ignored by the platform/);
  assert.match((await build({ strict: true })).panic[0], /line 1: .*is ignored by the platform/);
});

test('a redirect that public/_redirects has is not offered again', async () => {
  site();
  write('public/_redirects', '/old /about/ 301\n/posts/* /log/:splat 308\n');
  const redirects = [
    { fromPath: '/old', toPath: '/about/', isPermanent: true },
    { fromPath: '/posts/*', toPath: '/log/:splat', statusCode: 308 },
  ];
  const { warn } = await build({}, { redirects });
  assert.deepEqual(warn.filter((text) => text.includes('lines are missing')), []);
});

test('an audit is made where it is asked for, and fails the build where it is told to', async () => {
  site();
  write('public/index.html', '<a href="/about">a</a> <a href="/gone">b</a> <a href="https://tides.example/lost">c</a>');
  const config = { pathPrefix: '', trailingSlash: 'always', siteMetadata: { siteUrl: 'https://tides.example' } };
  const without = await build({}, { config });
  assert.deepEqual([without.warn, without.ended], [[], 1]);
  const { warn, info, panic, ended } = await build({ audit: true }, { config });
  assert.match(warn[0], /^trailmark: audit: error not-found: leads to nothing \(404\): 2 links to 2 targets[^]*\n {2}\/gone {2}public\/index\.html:1:33\n/);
  assert.match(warn[1], /^trailmark: audit: warning redirect: [^]*\/about {2}write \/about\//);
  assert.match(info.join('\n'), /trailmark: audit: 3 pages, 3 links inside the site/);
  assert.deepEqual([panic, ended], [[], 2]);
  const failed = await build({ audit: { failOn: 'error', only: 'not-found' } }, { config });
  assert.match(failed.panic[0], /^the audit found what `failOn` \(error\) takes for a failure: not-found \(2 links/);
  assert.match((await build({ audit: true, strict: true }, { config })).panic[0], /redirect \(1 link/);
});

for (const [name, changes] of [
  ['at the root', {}],
  ['below a path prefix', { prefixPaths: true, config: { pathPrefix: '/journal', trailingSlash: 'always' } }],
]) {
  for (const platform of ['workers', 'pages']) {
    test(`with the lines that it offers, the site lacks nothing: ${name}, ${platform}`, async () => {
      const base = changes.config?.pathPrefix ?? '';
      const list = ['/', '/about/', '/app/help/', ...CLIENT_PAGES];
      for (const page of list) write(`public${page.path ?? page}index.html`, page.path ?? page);
      const redirects = [
        { fromPath: `${base}/old page`, toPath: `${base}/about/`, isPermanent: true },
        { fromPath: `${base}/posts/:year/*`, toPath: `${base}/log/:year-:splat`, statusCode: 308 },
        { fromPath: `${base}/à propos/`, toPath: `${base}/about/` },
        { fromPath: `${base}/help`, toPath: `${base}/app/help/`, statusCode: 200 },
      ];
      const all = { ...changes, pages: pages(...list), redirects };
      const first = await build({ platform }, all);
      assert.match(first.warn.at(-1), /nothing of 4 redirects of createRedirect and the pages with a matchPath/);
      write('public/_redirects', readFileSync(join(folder, '.cache/trailmark-redirects.txt'), 'utf8'));
      const second = await build({ platform, strict: true }, all);
      assert.deepEqual([second.warn, second.panic], [[], []]);
    });
  }
}

for (const [what, prepare, options, expected] of [
  ['no output folder', () => {}, {}, /public, where Gatsby writes the site, does not exist/],
  ['an output inside the site', site, { output: 'public/routes.trailmark' }, /inside the site/],
  ['an output in a folder that does not exist', site, { output: 'nowhere/routes.trailmark' }, /nowhere/],
  ['an output that is a folder', site, { output: 'public/about/..' }, /inside the site|directory/],
  ['a configuration that does not exist', site, { config: 'wrangler.toml' }, /wrangler\.toml/],
  [
    'a configuration that is broken',
    () => {
      site();
      write('wrangler.jsonc', '{ "assets": ');
    },
    {},
    /wrangler\.jsonc/,
  ],
]) {
  test(`${what} fails the build and is named`, async () => {
    prepare();
    const said = await build(options);
    assert.match(said.panic[0], expected);
    assert.doesNotMatch(said.panic[0], /\n\s+at /, 'no stack for what the owner can put right');
  });
}
