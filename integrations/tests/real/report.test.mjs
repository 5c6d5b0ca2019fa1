// The page of `trailmark report`, opened from a file in Chromium: what its box says is what the command says; it can be used by keyboard;
// axe finds nothing serious in it; it loads nothing.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { test } from 'node:test';

import { withChromium } from '../kit/chromium.mjs';
import { binary, ROOT, scratch } from '../kit/places.mjs';

const EXAMPLE = join(ROOT, 'examples/astro-lighthouse/dist');
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const HOSTILE = '<img src=x onerror=window.pwned=1>\u202e\'"&';

const URLS = [
  '/', '/index.html', '/about', '/about.html', '/about/', '/nowhere', '/guides/nowhere', '/fr/', '/fr/%C3%A0%20propos', '/fr/à propos.html',
  '/old-tower', '/%61bout', '//about', '/guides/../about.html?x=1', '/sitemap.xml', '/blog/%2e%2e/', '/%ZZ',
];

/** Makes a report, opens it, and gives its page to `use`. */
async function withReport(dist, name, use) {
  const file = join(scratch('report'), `${name}.html`);
  execFileSync(binary(), ['report', dist, '-q', '-o', file]);
  await withChromium(async (page) => {
    const asked = [];
    const errors = [];
    page.on('request', (request) => asked.push(request.url()));
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(pathToFileURL(file).href);
    await page.locator('html[data-ready]').waitFor();
    await use(page);
    assert.deepEqual(errors, []);
    assert.deepEqual(asked.filter((url) => !url.startsWith(pathToFileURL(file).href)), []);
  });
}

async function ask(page, url) {
  await page.fill('#url', url);
  await page.press('#url', 'Enter');
  return page.locator('.hops > li').evaluateAll((hops) => hops.map((hop) => {
    const text = (selector) => hop.querySelector(selector)?.textContent ?? null;
    return { url: text('.asked'), status: Number(text('.status')), location: text('.location'), asset: text('.asset'), rule: text('.rule') };
  }));
}

test('the box answers as the command does, redirect after redirect', async () => {
  const lines = execFileSync(binary(), ['resolve', EXAMPLE, '-q', '--format', 'json', ...URLS], { encoding: 'utf8' }).trim().split('\n');
  const told = lines.map((line) => JSON.parse(line));
  assert.equal(told.length, URLS.length);
  await withReport(EXAMPLE, 'box', async (page) => {
    for (const [index, url] of URLS.entries()) {
      const hops = await ask(page, url);
      const { status, rule, asset, location } = told[index];
      assert.deepEqual({ ...hops[0], url: undefined }, { url: undefined, status, location: location ?? null, asset: asset ?? null, rule }, url);
      if (location?.startsWith('/')) assert.equal(hops[1]?.url, location, url);
    }
    await page.fill('#url', 'ftp://example.com/');
    await page.press('#url', 'Enter');
    assert.match(await page.locator('#answer').innerText(), /404|cannot be asked/);
  });
});

test('the tree is walked by keyboard, and shows what each form of a page answers', async () => {
  await withReport(EXAMPLE, 'keyboard', async (page) => {
    const active = () => page.evaluate(() => {
      const row = document.getElementById(document.querySelector('#tree').getAttribute('aria-activedescendant'));
      return { name: row.querySelector('bdi').textContent, level: row.ariaLevel, open: row.ariaExpanded, size: row.ariaSetSize };
    });
    // From the beginning of the page, with the tab key alone.
    for (let step = 0; step < 30 && (await page.evaluate(() => document.activeElement.id)) !== 'tree'; step += 1) await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'tree');
    await page.keyboard.press('Home');
    const first = await active();
    assert.deepEqual([first.level, first.open], ['1', 'false']);
    await page.keyboard.press('ArrowRight');
    assert.equal((await active()).open, 'true');
    await page.keyboard.press('ArrowRight');
    assert.equal((await active()).level, '2');
    await page.keyboard.press('ArrowLeft');
    assert.equal((await active()).name, first.name);
    await page.keyboard.press('ArrowLeft');
    assert.equal((await active()).open, 'false');
    await page.keyboard.type('about');
    assert.equal((await active()).name, 'about.html');
    await page.keyboard.press('Enter');
    const rows = await page.locator('#details tbody tr').evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.textContent.trim())));
    const of = (url) => rows.find(([form]) => form === url)?.[1];
    assert.equal(of('/about'), '200 /about.html');
    assert.equal(of('/about.html'), '307 → /about');
    assert.equal(of('/about/'), '307 → /about');
    // A form in the table can be asked.
    await page.locator('#details td button').first().focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.inputValue('#url'), '/about');
    await page.fill('#filter', 'legendes');
    assert.equal(await page.locator('#filtered').innerText(), '0 files of 23 files');
    await page.fill('#filter', 'ABOUT');
    assert.equal(await page.locator('#filtered').innerText(), '2 files of 23 files');
  });
});

test('axe finds nothing serious, in light and dark', async () => {
  const dist = hostileSite('axe');
  await withReport(dist, 'axe', async (page) => {
    await ask(page, '/about.html');
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      for (const name of ['site', 'redirects', 'missing', 'findings', 'sizes']) {
        await page.click(`nav a[href="#${name}"]`);
        if (name === 'site') await openAll(page);
        await unfold(page, name);
        await page.evaluate(AXE);
        const { violations } = await page.evaluate(() => globalThis.axe.run());
        const told = violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes[0].html.slice(0, 200)}: ${nodes[0].failureSummary}`);
        assert.deepEqual(told, [], `${colorScheme}, ${name}`);
      }
    }
  });
});

test('names of files and links are text, whatever is in them', async () => {
  await withReport(hostileSite('hostile'), 'hostile', async (page) => {
    await openAll(page);
    const tree = await page.locator('#tree').innerText();
    assert.ok(tree.includes('<img src=x onerror=window.pwned=1>\\u{202e}\'"&.html'), tree);
    await page.locator('#tree .row', { hasText: 'onerror' }).click();
    await ask(page, `/${HOSTILE}`);
    for (const name of ['redirects', 'missing', 'findings', 'sizes']) {
      await page.click(`nav a[href="#${name}"]`);
      await unfold(page, name);
    }
    assert.equal(await page.evaluate(() => globalThis.pwned), undefined);
    assert.equal(await page.locator('img, iframe').count(), 0);
    assert.ok(!(await page.evaluate(() => document.body.innerText)).includes('\u202e'));
  });
});

/** Opens what can be opened in a section, and waits until it is there. */
async function unfold(page, name) {
  if (name !== 'site') await page.locator(`#${name} .body > *`).first().waitFor();
  const groups = page.locator(`#${name} details`);
  await groups.evaluateAll((all) => all.forEach((details) => { details.open = true; }));
  for (const group of await groups.all()) await group.locator('ul').first().waitFor();
}

async function openAll(page) {
  await page.focus('#tree');
  await page.keyboard.press('Home');
  await page.keyboard.press('*');
  await page.keyboard.press('Enter');
}

/** A site with everything that the page shows, and names that would be markup. */
function hostileSite(name) {
  const dist = join(scratch('report'), name, 'dist');
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(join(dist, 'docs'), { recursive: true });
  const files = {
    'index.html': `<a href="/about.html">a</a><a href="/gone">b</a><a href="/gone?x=${encodeURIComponent(HOSTILE)}">c</a><a href='/${encodeURIComponent(HOSTILE)}2'>d</a>`,
    'about.html': '<a href="/">a</a><img src="/missing.png">',
    [`${HOSTILE}.html`]: '<a href="/docs/">a</a><a href="/docs/index.html#none">a</a>',
    'docs/index.html': '<a href="/">a</a>',
    'docs/404.html': '<p>', '404.html': '<p>', 'style.css': 'b{}',
    _redirects: '/old /about 301\n/blog/* /docs/:splat 302\n',
    _headers: '/*\n  X-Test: <b>"\n',
  };
  for (const [path, text] of Object.entries(files)) writeFileSync(join(dist, path), text);
  return dist;
}
