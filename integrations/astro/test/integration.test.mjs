/** The hooks, as Astro calls them. Real builds are in `integrations/tests`. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { compile, resolve } from 'trailmark';

import { stale } from '../dist/later.js';
import { emptyFolder, folderWith } from '../../trailmark/test/help.mjs';
import { build } from './help.mjs';

const { default: trailmark } = await import('@trailmark/astro');
const SITE = { 'dist/index.html': 'home', 'dist/about/index.html': 'about', 'dist/404.html': 'nothing' };

test('the manifest is beside the output folder, and the log says what was made', async () => {
  const root = folderWith(SITE);
  const { log } = await build(root);
  assert.ok(existsSync(join(root, 'dist.trailmark')));
  assert.match(log[0], /^info 3 files \(\d+ bytes\) -> dist\.trailmark/);
  assert.ok(log.every((line) => line.startsWith('info ')), log.join('\n'));
});

test('base, output folder and wrangler configuration come from the project', async () => {
  const root = folderWith({
    'build/client/index.html': 'home',
    'build/client/app.html': 'app',
    'wrangler.jsonc': '{"main": "worker.js", "assets": {"directory": "build/client", "binding": "ASSETS", "html_handling": "force-trailing-slash"}}',
    'worker.js': '',
  });
  const { log } = await build(root, { out: 'build/client', config: { base: '/docs', build: { format: 'file' }, trailingSlash: 'always' } });
  const manifest = join(root, 'build/client.trailmark');
  const [app, outside] = await resolve(manifest, ['/docs/app/', '/app/']);
  assert.deepEqual([app.asset, outside.to], ['/app.html', 'worker']);
  assert.ok(log.some((line) => line.includes('below /docs: force-trailing-slash')), log.join('\n'));
});

test('a server that no script is known for is told', async () => {
  const root = folderWith({ 'dist/client/a.txt': 'a' });
  mkdirSync(join(root, 'dist/server'));
  const { log } = await build(root, { out: 'dist/client' });
  const said = (lines) => lines.some((line) => line.startsWith('warn the output has a server, but no script is known'));
  assert.ok(said(log), log.join('\n'));
  const same = folderWith({ ...SITE, 'dist/_worker.js/index.js': '' });
  const routes = [{ type: 'page', pattern: '/api', isPrerendered: false, origin: 'project' }];
  assert.ok(said((await build(same, { routes })).log));
  folderWith({ 'wrangler.json': '{"main": "dist/_worker.js/index.js", "assets": {"directory": "dist"}}' }, same);
  assert.ok(!said((await build(same, { routes })).log));
});

test('an output folder that is not there fails the build', async () => {
  const root = emptyFolder();
  await assert.rejects(build(root), { code: 'command-failed', message: /^no such directory: .*dist; build the site first/ });
  folderWith({ dist: 'a file' }, root);
  await assert.rejects(build(root), { code: 'command-failed', message: /dist/ });
});

test('a manifest that can not be written fails the build', async () => {
  const root = folderWith({ ...SITE, file: '' });
  await assert.rejects(build(root, { options: { output: 'file/x.trailmark' } }), /cannot write file\/x\.trailmark/);
  await assert.rejects(build(root, { options: { output: 'dist/x.trailmark' } }), { code: 'command-failed' });
});

test('options are checked when the configuration is read', () => {
  assert.throws(() => trailmark({ notfoundHandling: 'none' }), /@trailmark\/astro: there is no option `notfoundHandling`\nDid you mean `notFoundHandling`\?/);
  assert.throws(() => trailmark({ platform: 'netlify' }), /`platform` must be one of `workers`, `pages`, not "netlify"/);
  assert.throws(() => trailmark('strict'), /the options must be an object/);
  assert.equal(trailmark().name, '@trailmark/astro');
  assert.equal(trailmark({ strict: true, config: false, output: undefined }).name, '@trailmark/astro');
});

test('an Astro that is too old is named', async () => {
  const root = folderWith({ ...SITE, 'package.json': '{}', 'node_modules/astro/package.json': '{"name": "astro", "version": "4.16.19"}' });
  await assert.rejects(build(root), { code: 'unsupported-framework', message: /needs Astro 5 or newer, and this project has Astro 4\.16\.19\n.*@astrojs\/upgrade/ });
  const newer = folderWith({ ...SITE, 'package.json': '{}', 'node_modules/astro/package.json': '{"name": "astro", "version": "9.0.0-beta.1"}' });
  await build(newer);
  // Where its version can't be read, the hook that old ones do not call tells.
  await assert.rejects(build(folderWith(SITE), { hooks: { 'astro:routes:resolved': undefined } }), { code: 'unsupported-framework' });
});

test('integrations that run later are named, if they have something to do then', async () => {
  const root = folderWith(SITE);
  const hook = { 'astro:build:done': () => undefined };
  const later = [{ name: 'react', hooks: { 'astro:config:setup': () => undefined } }, { name: 'search', hooks: hook }, { name: 'sitemap', hooks: hook }];
  const { log } = await build(root, { later });
  assert.equal(
    log[0],
    'warn search, sitemap run after @trailmark/astro and may still write files, which the manifest would not know: put trailmark() last in `integrations`',
  );
  assert.ok(!(await build(root, { later: later.slice(0, 1) })).log.some((line) => line.startsWith('warn')));
});

test('a manifest that is older than its files is found', async () => {
  const root = folderWith(SITE);
  const [manifest, dist] = [join(root, 'dist.trailmark'), join(root, 'dist')];
  await compile({ dist, cwd: root });
  assert.equal(stale(manifest, dist), undefined);
  await setTimeout(20);
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) writeFileSync(join(dist, `${name}.txt`), name);
  assert.equal(
    stale(manifest, dist)?.message,
    'the manifest is out of date: 7 paths changed after it was written (a.txt, b.txt, c.txt, d.txt, e.txt, and 2 more)\n' +
      'Put trailmark() last in `integrations`, or compile again when all is written: trailmark compile',
  );
});

test('a not-found page of a locale is found where Astro puts it', async () => {
  const root = folderWith({ ...SITE, 'dist/fr/index.html': 'fr', 'dist/fr/404/index.html': 'rien' });
  const { log } = await build(root, { config: { i18n: { locales: ['en', { path: 'fr', codes: ['fr-FR'] }] } } });
  assert.equal(
    log[0],
    "warn no host serves fr/404/index.html for a miss: what is not found below /fr/ (locale fr) gets the not-found page of the site's root. " +
      "With build: { format: 'preserve' } or 'file' Astro writes fr/404.html, which is found.",
  );
  assert.ok(!log.join('\n').includes('misplaced-not-found-page'), 'said once');
  const found = folderWith({ ...SITE, 'dist/fr/404.html': 'rien' });
  assert.ok(!(await build(found)).log.some((line) => line.startsWith('warn')));
});

test('strict takes all of that for errors, after saying it', async () => {
  const root = folderWith({ ...SITE, 'dist/fr/404/index.html': 'rien', 'dist/_redirects': '/a /a 301\n' });
  const error = await build(root, { options: { strict: true }, config: { trailingSlash: 'never' } }).then(
    () => assert.fail('no error'),
    (error) => error,
  );
  assert.equal(error.code, 'strict');
  assert.match(error.message, /^3 warnings, and `strict` takes them for errors/);
  assert.match(error.lines.join('\n'), /\[redirect-loop\][^]*fights html_handling[^]*fr\/404\/index\.html/);
  await build(folderWith(SITE), { options: { strict: true } });
});

const LINKED = { 'dist/index.html': '<a href="/about">a</a> <a href="/gone">b</a> <a href="https://harbour.example/lost">c</a>', 'dist/about/index.html': '<a href="/">x</a>' };

test('an audit is made where it is asked for, for the site that Astro knows', async () => {
  const root = folderWith(LINKED);
  assert.ok(!(await build(root)).log.join('\n').includes('audit'), 'not by itself');
  assert.ok(!(await build(root, { options: { audit: false } })).log.join('\n').includes('audit'));
  const { log } = await build(root, { options: { audit: true }, config: { site: 'https://harbour.example' } });
  const [dead, costly] = log.filter((line) => line.startsWith('warn audit: '));
  assert.match(dead, /error not-found: leads to nothing \(404\): 2 links to 2 targets[^]*\n {2}\/gone {2}dist\/index\.html:1:33\n {2}\/lost {2}dist\/index\.html:1:55\n/);
  assert.match(costly, /warning redirect: costs a redirect: 1 link to 1 target[^]*\/about {2}write \/about\//);
  assert.match(log.find((line) => line.startsWith('info audit:')), /2 pages, 4 links inside the site/);
  const other = await build(root, { options: { audit: { site: 'https://other.example', allow: ['redirect'] } }, config: { site: 'https://harbour.example' } });
  assert.deepEqual(other.log.filter((line) => line.startsWith('warn')).map((line) => line.split(': ')[1]), ['error not-found']);
  assert.match(other.log[0], /1 link to 1 target/);
});

test('an audit fails the build where it is told to, and with strict', async () => {
  const root = folderWith(LINKED);
  await build(root, { options: { audit: { failOn: 'redirect-loop' } } });
  await assert.rejects(build(root, { options: { audit: { failOn: 'error' } } }), { code: 'audit-failed', message: /the audit found .*not-found \(1 link to 1 target/ });
  await assert.rejects(build(root, { options: { audit: true, strict: true } }), { code: 'audit-failed', message: /redirect \(1 link/ });
  await build(root, { options: { audit: { failOn: 'never' }, strict: true } });
  assert.ok(existsSync(join(root, 'dist.trailmark')), 'the manifest is written all the same');
  assert.throws(() => trailmark({ audit: { failOn: 'errors' } }), /@trailmark\/astro: audit: option `failOn` must be one of/);
});

test('pages of a server that nobody knows of are not called dead', async () => {
  const root = folderWith(LINKED);
  const routes = [{ type: 'page', pattern: '/api', isPrerendered: false, origin: 'project' }];
  const { log } = await build(root, { options: { audit: { failOn: 'error' } }, routes });
  assert.ok(log.includes('info audit: left out, since every link to a page of the server would be called dead'), log.join('\n'));
});
