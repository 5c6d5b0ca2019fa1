/** The tables of `forms.ts`, held against the real command; and what follows from them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { compile, resolve } from 'trailmark';

import { describeFights, fights, LAYOUTS, SERVED } from '../dist/forms.js';
import { emptyFolder, folderWith } from '../../trailmark/test/help.mjs';

const FILES = { folder: { 'dist/index.html': 'i', 'dist/about/index.html': 'a' }, page: { 'dist/index.html': 'i', 'dist/about.html': 'a' } };
const URLS = { slash: '/about/', 'no-slash': '/about' };

test('pages are served where the table says, and nowhere else', async () => {
  for (const [handling, byLayout] of Object.entries(SERVED)) {
    for (const [layout, form] of Object.entries(byLayout)) {
      const cwd = folderWith(FILES[layout], emptyFolder());
      const how = handling === 'pages' ? { platform: 'pages' } : { htmlHandling: handling };
      const { manifest } = await compile({ dist: 'dist', cwd, cache: false, ...how });
      const urls = { ...URLS, file: layout === 'folder' ? '/about/index.html' : '/about.html' };
      const answers = await resolve(manifest, Object.values(urls), { cwd });
      const served = Object.keys(urls).filter((_, index) => answers[index].status === 200);
      assert.deepEqual(served, [form], `${handling}, ${layout}`);
      const found = answers.filter(({ status }) => status !== 404).length;
      assert.equal(found > 1, form !== 'file', `${handling}, ${layout}: other forms redirect, but with none`);
    }
  }
});

test('every combination either has no fight, or one with a setting that ends it', () => {
  const seen = { fine: 0, fights: 0 };
  for (const trailingSlash of ['always', 'never', 'ignore']) {
    for (const format of Object.keys(LAYOUTS)) {
      for (const handling of Object.keys(SERVED)) {
        const settings = { trailingSlash, format, handling };
        const text = describeFights(settings);
        assert.equal(text === undefined, fights(settings).length === 0);
        if (text === undefined) seen.fine += 1;
        else {
          seen.fights += 1;
          assert.match(text, /To end that: \S/, JSON.stringify(settings));
        }
      }
    }
  }
  assert.deepEqual(seen, { fine: 20, fights: 25 });
});

test('the usual combinations', () => {
  const fine = (trailingSlash, format, handling) => fights({ trailingSlash, format, handling }).length === 0;
  assert.ok(fine('ignore', 'directory', 'auto-trailing-slash') && fine('always', 'directory', 'pages'));
  assert.ok(fine('never', 'file', 'auto-trailing-slash') && fine('never', 'directory', 'drop-trailing-slash'));
  assert.ok(fine('ignore', 'preserve', 'auto-trailing-slash'));
  assert.ok(!fine('never', 'directory', 'auto-trailing-slash') && !fine('always', 'file', 'pages'));
  assert.ok(!fine('never', 'preserve', 'auto-trailing-slash') && !fine('ignore', 'file', 'none'));
});

test('a fight is told with an example and all that would end it', () => {
  assert.equal(
    describeFights({ trailingSlash: 'never', format: 'directory', handling: 'auto-trailing-slash' }),
    [
      "trailingSlash 'never' with build.format 'directory' fights html_handling auto-trailing-slash:",
      '  Astro links to /about, which costs a redirect to /about/: the file is about/index.html',
      "  To end that: trailingSlash: 'always', or build: { format: 'file' }, or \"html_handling\": \"drop-trailing-slash\" in the wrangler configuration.",
    ].join('\n'),
  );
  const preserve = describeFights({ trailingSlash: 'never', format: 'preserve', handling: 'pages' });
  assert.match(preserve, /Astro links to \/blog, which costs a redirect to \/blog\/: the file is blog\/index\.html/);
  assert.doesNotMatch(preserve, /html_handling/);
});
