/** The functions, as programs use them. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { emptyFolder, folderWith, PROGRAM } from './help.mjs';

const { binaryPath, compile, PLATFORM_NAMES, resolve, TrailmarkError, VERSION, verify } = await import('trailmark');

const SITE = {
  'dist/index.html': '<h1>home</h1>',
  'dist/about.html': 'about',
  'dist/fr/404/index.html': 'rien',
  'dist/404.html': 'nothing',
};

/** The error of a promise. */
const errorOf = (promise) => promise.then(() => assert.fail('no error'), (error) => error);

test('a folder becomes a manifest beside it, and the summary says what became of it', async () => {
  const cwd = folderWith(SITE);
  const summary = await compile({ dist: 'dist', cwd });
  assert.equal(summary.manifest, 'dist.trailmark');
  assert.ok(existsSync(join(cwd, 'dist.trailmark')));
  const { platform, html_handling, not_found_handling, files, pages, base, config } = summary;
  assert.deepEqual(
    { platform, html_handling, not_found_handling, files, pages, base, config },
    { platform: 'workers', html_handling: 'auto-trailing-slash', not_found_handling: '404-page', files: 4, pages: 4, base: '/', config: null },
  );
  assert.deepEqual(summary.warnings.map(({ kind, file }) => [kind, file]), [['misplaced-not-found-page', '/fr/404/index.html']]);
  assert.deepEqual(summary.messages.map(({ level }) => level), ['warning']);
  assert.match(summary.messages[0].text, /^\/fr\/404\/index\.html: is a page like any other/);
});

test('every option reaches the command', async () => {
  const cwd = folderWith({ ...SITE, 'wrangler.toml': 'name = "x"\n[assets]\ndirectory = "dist"\nhtml_handling = "none"\n' });
  const all = { dist: 'dist', cwd, output: '-odd name', base: '/docs', notFoundHandling: 'none', cache: 'c', threads: 1, env: undefined };
  const summary = await compile(all);
  assert.equal(summary.manifest, '-odd name');
  assert.equal(summary.base, '/docs');
  assert.equal(summary.html_handling, 'none');
  assert.equal(summary.not_found_handling, 'none');
  assert.ok(existsSync(join(cwd, 'c')) && existsSync(join(cwd, '-odd name')));
  const pages = await compile({ dist: 'dist', cwd, config: false, platform: 'pages', cache: false });
  assert.deepEqual([pages.platform, pages.html_handling, pages.config], ['pages', null, null]);
  const forced = await compile({ dist: 'dist', cwd, config: 'wrangler.toml', htmlHandling: 'force-trailing-slash' });
  assert.deepEqual([forced.html_handling, forced.origins.html_handling], ['force-trailing-slash', 'command-line']);
});

test('every platform of the command is known, and none that it does not know', async () => {
  const cwd = folderWith({ 'dist/index.html': 'home' });
  for (const platform of PLATFORM_NAMES) {
    const summary = await compile({ dist: 'dist', cwd, platform, config: false, cache: false });
    assert.equal(summary.platform, platform);
    assert.equal(summary.html_handling === null, platform !== 'workers');
  }
  const unknown = await errorOf(compile({ dist: 'dist', cwd, platform: 'github' }));
  assert.match(unknown.message, /github-pages/);
  const help = spawnSync(PROGRAM, ['compile', '--help'], { encoding: 'utf8' }).stdout;
  const listed = /Platforms:([^.]*)\./.exec(help)[1].split(',').map((name) => name.trim());
  assert.deepEqual([...PLATFORM_NAMES].sort(), listed.sort());
});

test('answers come in the order of the requests, and one that can not be read has an error in its place', async () => {
  const cwd = folderWith(SITE);
  const { manifest } = await compile({ dist: 'dist', cwd });
  const requests = ['/about.html', { url: 'nonsense' }, { url: '/nope', method: 'HEAD' }, { url: 'https://a.example/about?x=1' }];
  const [about, nonsense, nope, absolute] = await resolve(manifest, requests, { cwd });
  assert.deepEqual([about.to, about.status, about.location, about.asset], ['assets', 307, '/about', null]);
  assert.match(nonsense.error, /must begin with `\/`/);
  assert.deepEqual([nope.status, nope.asset, nope.rule], [404, '/404.html', 'not-found/404-page']);
  assert.deepEqual([absolute.status, absolute.asset], [200, '/about.html']);
  assert.deepEqual(await resolve(manifest, [], { cwd }), []);
  const many = await resolve(manifest, Array.from({ length: 50_000 }, (_, index) => `/${index}`), { cwd });
  assert.equal(many.length, 50_000);
  assert.equal(many[49_999].url, '/49999');
});

test('what the command refuses is an error with its words', async () => {
  const cwd = folderWith({ ...SITE, file: '' });
  const missing = await errorOf(compile({ dist: 'nowhere', cwd }));
  assert.ok(missing instanceof TrailmarkError);
  assert.deepEqual([missing.code, missing.exitStatus], ['command-failed', 2]);
  assert.equal(missing.message, 'no such directory: nowhere; build the site first, or name its output directory');
  assert.deepEqual(missing.lines, [`error: ${missing.message}`]);
  const strict = await errorOf(compile({ dist: 'dist', cwd, strict: true }));
  assert.match(strict.message, /^1 warning with --strict:\n {2}\/fr\/404\/index\.html/);
  // No permission is the same to the command, and root has them all.
  const place = await errorOf(compile({ dist: 'dist', cwd, output: 'file/site.trailmark' }));
  assert.match(place.message, /^cannot write file\/site\.trailmark: /);
  const inside = await errorOf(compile({ dist: 'dist', cwd, output: 'dist/site.trailmark' }));
  assert.equal(inside.code, 'command-failed');
  const none = await errorOf(resolve('none.trailmark', ['/'], { cwd }));
  assert.match(none.message, /no such file: none\.trailmark/);
  const folder = await errorOf(compile({ dist: 'dist', cwd: join(cwd, 'nowhere') }));
  assert.deepEqual([folder.code, /can't be started in .*nowhere/.test(folder.message)], ['binary-failed', true]);
});

test('a damaged manifest is found, and never answers a wrong thing in silence', async () => {
  const cwd = folderWith(SITE);
  const { manifest } = await compile({ dist: 'dist', cwd });
  assert.deepEqual((({ whole, differences }) => ({ whole, differences }))(await verify(manifest, { cwd, dist: 'dist' })), {
    whole: true,
    differences: [],
  });
  folderWith({ 'dist/new.html': 'new', 'dist/about.html': 'other' }, cwd);
  const { differences } = await verify(manifest, { cwd, dist: 'dist' });
  assert.deepEqual(differences.map(({ path }) => path), ['/about.html', '/new.html']);
  truncateSync(join(cwd, manifest), 300);
  const cut = await errorOf(resolve(manifest, Array(10_000).fill('/'), { cwd }));
  assert.match(cut.message, /cannot use dist\.trailmark.*makes a new one/);
});

test('a program of another version, or none of ours, is refused', async () => {
  const cwd = folderWith({
    ...SITE,
    old: '#!/bin/sh\necho trailmark 0.0.9\n',
    other: '#!/bin/sh\necho something else\n',
    broken: 'not a program',
  });
  for (const name of ['old', 'other', 'broken']) chmodSync(join(cwd, name), 0o755);
  const old = await errorOf(compile({ dist: 'dist', cwd, binary: join(cwd, 'old') }));
  assert.equal(old.code, 'version-mismatch');
  assert.ok(old.message.includes(`is version 0.0.9; the npm package trailmark ${VERSION} needs its own version of it`), old.message);
  const other = await errorOf(resolve('dist', ['/'], { cwd, binary: join(cwd, 'other') }));
  assert.match(other.message, /is not the trailmark program/);
  const broken = await errorOf(compile({ dist: 'dist', cwd, binary: join(cwd, 'broken') }));
  assert.equal(broken.code, 'version-mismatch');
  assert.ok(!existsSync(join(cwd, 'dist.trailmark')));
});

test('the program has a path, or an error says why not', () => {
  assert.equal(binaryPath(), PROGRAM);
  process.env.TRAILMARK_BINARY = join(emptyFolder(), 'none');
  assert.throws(binaryPath, { code: 'binary-missing' });
  process.env.TRAILMARK_BINARY = PROGRAM;
});
