/** What the packages for frameworks share. */
import assert from 'node:assert/strict';
import { appendFileSync, rmSync, utimesSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { folderWith } from './help.mjs';

const { compile } = await import('trailmark');
const { aBoolean, aCount, aStringOrFalse, changedSince, checkOptions, oneOf, redirectLines, summaryLines } = await import('trailmark/integration');

test('options are checked: unknown ones with the nearest name, values with what they must be', () => {
  const known = { htmlHandling: oneOf('none', 'auto'), strict: aBoolean, config: aStringOrFalse, threads: aCount };
  const check = (given) => checkOptions('the-plugin', given, known);
  for (const fine of [undefined, {}, { strict: undefined }, { strict: true, config: false, threads: 2, htmlHandling: 'none' }]) check(fine);
  for (const [given, message] of [
    [{ html_handling: 'none' }, 'the-plugin: there is no option `html_handling`\nDid you mean `htmlHandling`?'],
    [{ Strict: true }, 'the-plugin: there is no option `Strict`\nDid you mean `strict`?'],
    [{ elephant: 1 }, 'the-plugin: there is no option `elephant`\nThe options are: htmlHandling, strict, config, threads.'],
    [{ constructor: 1 }, 'the-plugin: there is no option `constructor`\nThe options are: htmlHandling, strict, config, threads.'],
    [{ htmlHandling: 'x' }, 'the-plugin: option `htmlHandling` must be one of `none`, `auto`, not "x"'],
    [{ strict: 'yes' }, 'the-plugin: option `strict` must be true or false, not "yes"'],
    [{ config: true }, 'the-plugin: option `config` must be a string, or false, not true'],
    [{ threads: 0.5 }, 'the-plugin: option `threads` must be a whole number from 1 on, not 0.5'],
    [['strict'], 'the-plugin: the options must be an object, not ["strict"]'],
    [null, 'the-plugin: the options must be an object, not null'],
  ]) {
    assert.throws(() => check(given), { name: 'TrailmarkError', code: 'bad-option', message });
  }
});

test('redirects become lines: static ones first, the first of two for one source, blanks escaped', () => {
  const lines = redirectLines([
    { from: '/blog/*', to: '/articles/:splat', status: 301 },
    { from: '/old page', to: '/new page', status: 302 },
    { from: '/p/:id', to: '/q/:id', status: 308 },
    { from: '/old page', to: '/other', status: 301 },
    { from: '/at', to: 'https://a.example/x:80', status: 301 },
  ]);
  assert.deepEqual(lines, [
    '/old%20page /new%20page 302',
    '/at https://a.example/x:80 301',
    '/blog/* /articles/:splat 301',
    '/p/:id /q/:id 308',
  ]);
});

test('files that changed after the manifest are found, whatever time they claim', async () => {
  const cwd = folderWith({ 'dist/index.html': 'x', 'dist/a/b.html': 'x', 'dist/c/d.html': 'x' });
  const [manifest, dist] = [join(cwd, 'dist.trailmark'), join(cwd, 'dist')];
  await compile({ dist, cwd });
  assert.deepEqual(changedSince(manifest, dist), []);
  await setTimeout(20);
  appendFileSync(join(dist, 'a/b.html'), 'y');
  utimesSync(join(dist, 'a/b.html'), 1, 1);
  assert.deepEqual(changedSince(manifest, dist), ['a/b.html']);
  folderWith({ 'e/f.html': 'new' }, dist);
  assert.deepEqual(changedSince(manifest, dist), ['a/b.html', 'e/f.html']);
  rmSync(join(dist, 'c/d.html'));
  assert.deepEqual(changedSince(manifest, dist), ['a/b.html', 'c', 'e/f.html']);
  await compile({ dist, cwd });
  assert.deepEqual(changedSince(manifest, dist), []);
  assert.throws(() => changedSince(join(cwd, 'none'), dist), /ENOENT/);
});

test('the summary says what was made, how it is served, and who said so', async () => {
  const cwd = folderWith({ 'dist/index.html': 'x'.repeat(2000), 'dist/_redirects': '/a /b\n', 'wrangler.json': '{"assets": {"directory": "dist"}}' });
  const lines = summaryLines(await compile({ dist: 'dist', cwd, base: '/docs' }), cwd);
  assert.match(lines[0], /^1 file \(2\.0 KiB\) -> dist\.trailmark \(\d+\.\d KiB\)$/);
  assert.equal(lines[1], 'answers as Cloudflare Workers below /docs: auto-trailing-slash, none (wrangler.json)');
  assert.match(lines[2], /^\d paths with an answer: 1 serve a file, \d redirect$/);
  assert.equal(lines[3], '1 rule of _redirects, 0 of _headers');
  const assumed = summaryLines(await compile({ dist: 'dist', cwd, config: false }), cwd);
  assert.match(assumed[1], /\(assumed: there is no wrangler\.jsonc\)$/);
  const pages = summaryLines(await compile({ dist: 'dist', cwd, platform: 'pages' }), cwd);
  assert.match(pages[1], /^answers as Cloudflare Pages/);
});
