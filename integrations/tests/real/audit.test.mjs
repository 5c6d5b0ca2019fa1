// The page of `trailmark audit --format html`, opened from a file in Chromium: it can be read without a script, filtered with one, by keyboard;
// axe finds nothing in it, in light and dark; it loads nothing, and names are text.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';

import { withChromium } from '../kit/chromium.mjs';
import { binary, scratch } from '../kit/places.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HOSTILE = `<img src=x onerror=window.pwned=1>\u202e'"&`;

/** Links of every level, and names that would be markup. */
const FILES = {
  'index.html': `<a href="/about.html">a</a><a href="/gone">b</a><a href='/${encodeURIComponent(HOSTILE)}2'>d</a><a href="/about#${HOSTILE.replaceAll('"', '&quot;')}">e</a>`,
  'about.html': `<link rel="canonical" href="https://site.example/about"><a href="/">a</a><img src="/missing.png">`,
  [`${HOSTILE}.html`]: '<a href="/gone">a</a><a href="/about.html">a</a>',
  'docs/index.html': '<a href="/docs">a</a>',
  '404.html': '<a href="about">a</a>',
};

function site(name, files = FILES) {
  const dist = join(scratch('audit'), name, 'dist');
  rmSync(dist, { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dist, path)), { recursive: true });
    writeFileSync(join(dist, path), text);
  }
  return dist;
}

/** Makes the page, opens it, and gives it to `use`, with what the command says as JSON. */
async function withPage(name, use, { files, args = [], context } = {}) {
  const dist = site(name, files);
  const run = (format) => spawnSync(binary(), ['audit', dist, '-q', '--format', format, ...args], { encoding: 'utf8', maxBuffer: 1e9 });
  const file = join(dirname(dist), 'audit.html');
  writeFileSync(file, run('html').stdout);
  const report = JSON.parse(run('json').stdout);
  await withChromium(async (page) => {
    const [asked, errors] = [[], []];
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(pathToFileURL(file).href);
    await use(page, report);
    assert.deepEqual(errors, []);
    assert.deepEqual(asked.filter((url) => !url.startsWith(pathToFileURL(file).href)), []);
  }, context);
}

const visible = (page) => page.locator('.findings > li:visible').count();

test('every finding is in the page, with its place and what to write instead; without a script too', async () => {
  const read = async (page, report) => {
    const rules = await page.locator('.group').evaluateAll((all) => all.map(({ id }) => id));
    assert.deepEqual(rules, report.groups.map(({ rule }) => rule));
    assert.ok(rules.length > 5, rules.join());
    assert.equal(await visible(page), report.groups.reduce((sum, { findings }) => sum + findings.length, 0));
    const redirect = page.locator('#redirect li', { hasText: '/about.html' }).first();
    const text = (await redirect.innerText()).replace(/\n+/g, '\n');
    assert.match(text, /^\/about\.html write \/about\nanswers 307 by auto-trailing-slash\/html\/to-page, which leads to \/about\n2 links in 2 files \(link\)\n/);
    assert.match(text, /dist\/index\.html:1:10 \/about\.html/);
  };
  await withPage('read', read);
  await withPage('bare', async (page, report) => {
    await read(page, report);
    assert.equal(await page.locator('#filter:visible').count(), 0);
  }, { context: { javaScriptEnabled: false } });
});

test('axe finds nothing, in light and dark', async () => {
  await withPage('axe', async (page) => {
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => globalThis.axe.run());
      assert.deepEqual(violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0].html.slice(0, 200)}: ${nodes[0].failureSummary}`), [], colorScheme);
    }
  });
});

test('the filter is used by keyboard: by text, by rule, by level', async () => {
  await withPage('filter', async (page, report) => {
    const all = await visible(page);
    /** Waits until the page says how many are shown, and counts. */
    const shows = async (count) => {
      await page.locator('#shown', { hasText: count === all ? new RegExp(`^${all} findings$`) : new RegExp(`^${count} findings? of ${all}$`) }).waitFor();
      assert.equal(await visible(page), count);
    };
    for (let step = 0; step < 40 && (await page.evaluate(() => document.activeElement.id)) !== 'text'; step += 1) await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'text');
    await page.keyboard.type('MISSING.png');
    await shows(1);
    await page.fill('#text', 'orphan-page');
    await shows(report.groups.find(({ rule }) => rule === 'orphan-page').count);
    assert.equal(await page.locator('.group:visible').count(), 1);
    await page.fill('#text', 'no such text');
    await shows(0);
    await page.fill('#text', '');
    await shows(all);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await shows(report.groups.filter(({ level }) => level !== 'error').reduce((sum, { count }) => sum + count, 0));
    await page.keyboard.press('Enter');
    assert.equal(new URL(page.url()).search, '');
  });
});

test('names of files and links are text, whatever is in them', async () => {
  await withPage('hostile', async (page) => {
    const text = await page.evaluate(() => document.body.innerText);
    assert.ok(text.includes(`/<img src=x onerror=window.pwned=1>\\u{202e}'"&.html`), text);
    assert.ok(!text.includes('\u202e'));
    assert.equal(await page.evaluate(() => globalThis.pwned), undefined);
    assert.equal(await page.locator('img, iframe, object, link').count(), 0);
  });
});

test('a site with very many findings is cut, and says so; whole it can still be filtered', async (t) => {
  const links = Array.from({ length: 20_000 }, (_, index) => `<a href="/gone/${index}">x</a>\n`).join('');
  const files = { 'index.html': links };
  await withPage('cut', async (page) => {
    assert.equal(await page.locator('.findings > li').count(), 200);
    assert.match(await page.locator('#not-found').innerText(), /20,000 links to 20,000 targets[^]*and 19,800 more/);
  }, { files });
  await withPage('whole', async (page) => {
    const begun = performance.now();
    await page.fill('#text', '/gone/1999');
    await page.locator('#shown', { hasText: 'of 20,000' }).waitFor();
    t.diagnostic(`filtered 20,000 findings in ${Math.round(performance.now() - begun)} ms`);
    assert.equal(await visible(page), 11);
  }, { files, args: ['--limit', '0'] });
});

test('a site with nothing to complain of says so', async () => {
  await withPage('clean', async (page) => {
    assert.match(await page.locator('body').innerText(), /Nothing to complain of/);
    assert.equal(await page.locator('table, #filter').count(), 0);
  }, { files: { 'index.html': '<p>' } });
});
