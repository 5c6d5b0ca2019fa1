/** A real Astro project, as a user would have it: built in every way, served, and crawled. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { resolve, verify } from 'trailmark';

import { packageName, platformsFor, thisMachine } from '../../trailmark/dist/platforms.js';

import { ASTRO_TYPES } from '../kit/astro-types.mjs';
import { packAll } from '../kit/pack.mjs';
import { installedVersion, makeProject } from '../kit/project.mjs';
import { startRegistry } from '../kit/registry.mjs';
import { run, userEnvironment } from '../kit/run.mjs';
import { crawlSite } from '../kit/site.mjs';
import { typeErrors } from '../kit/types.mjs';

let registry;
let folder;

before(async () => {
  const packed = await packAll(['trailmark', 'astro']);
  registry = await startRegistry(packed);
  folder = await makeProject({ fixture: 'astro', packed, registry: registry.url, install: ['trailmark', '@trailmark/astro'] });
});
after(() => registry?.close());

/** Builds with these settings, as `npm run build` does. */
async function build(settings) {
  const finished = await run('npm', ['run', 'build'], { cwd: folder, env: userEnvironment(settings) });
  const { status, output } = finished;
  return { status, output, lines: output.split('\n').map((line) => line.replace(/^\d\d:\d\d:\d\d /, '')) };
}

const manifest = () => join(folder, 'dist.trailmark');
const dist = () => join(folder, 'dist');

/** The lines of `_redirects` that a build proposes. */
const proposed = (lines) => lines.filter((line) => /^ {4}\//.test(line)).map((line) => line.trim());

describe('Astro', { concurrency: false }, () => {
  test('npm has installed the program of this machine, and none of others', async () => {
    assert.equal(installedVersion(folder, '@trailmark/astro'), '0.1.0');
    const platform = packageName(platformsFor(thisMachine())[0]);
    assert.deepEqual(readdirSync(join(folder, 'node_modules/@trailmark')).map((name) => `@trailmark/${name}`).sort(), ['@trailmark/astro', platform]);
    const { status, output } = await run('npx', ['trailmark', '--version'], { cwd: folder });
    assert.deepEqual([status, output.includes('trailmark 0.1.0')], [0, true], output);
  });

  test("the integration fits Astro's types, and its options are checked", async () => {
    assert.equal(await typeErrors(folder, ASTRO_TYPES), '');
  });

  for (const FORMAT of ['directory', 'file']) {
    for (const BASE of [undefined, '/docs']) {
      test(`every link answers as resolve says: ${FORMAT}, base ${BASE ?? '/'}`, async (t) => {
        const { status, output } = await build({ FORMAT, BASE });
        assert.equal(status, 0, output);
        assert.match(output, /\[@trailmark\/astro\] .* -> dist\.trailmark/);
        const crawled = await crawlSite({ manifest: manifest(), dist: dist(), start: BASE ? `${BASE}/` : '/' });
        assert.deepEqual(crawled.wrong, []);
        assert.ok(crawled.pages > 25, `${crawled.pages} pages`);
        assert.ok(crawled.statuses[200] && crawled.statuses[307] && crawled.statuses[404], JSON.stringify(crawled.statuses));
        t.diagnostic(JSON.stringify({ ...crawled, wrong: undefined }));
        const { whole, differences } = await verify(manifest(), { dist: dist() });
        assert.deepEqual({ whole, differences }, { whole: true, differences: [] });
      });
    }
  }

  test('proposed lines of _redirects are the ones that are needed, with status and base', async () => {
    const { lines } = await build({ BASE: '/docs' });
    const redirects = proposed(lines);
    for (const line of [
      '/docs/old /docs/about/ 301',
      '/docs/old/ /docs/about/ 301',
      '/docs/news /docs/blog/ 302',
      '/docs/pilots https://pilots.example/ 301',
      '/docs/fr/about/ /docs/about/ 302',
      '/docs/manual /docs/guides/ 301',
      '/docs/manual/* /docs/guides/:splat 301',
      '/docs/posts/:slug /docs/blog/:slug/ 301',
    ]) {
      assert.ok(redirects.includes(line), `${line} is missing in\n${redirects.join('\n')}`);
    }
    const file = join(folder, 'public/_redirects');
    writeFileSync(file, `${redirects.join('\n')}\n`);
    const second = await build({ BASE: '/docs', REDIRECTS: 'no' });
    assert.deepEqual(proposed(second.lines), [], second.output);
    assert.ok(!existsSync(join(dist(), 'old/index.html')));
    const answers = await resolve(manifest(), ['/docs/old', '/docs/news/', '/docs/posts/first-boat', '/docs/manual/mooring/']);
    assert.deepEqual(
      answers.map(({ status, location }) => [status, location]),
      [
        [301, '/docs/about/'],
        [302, '/docs/blog/'],
        [301, '/docs/blog/first-boat/'],
        [301, '/docs/guides/mooring/'],
      ],
    );
    const crawled = await crawlSite({ manifest: manifest(), dist: dist(), start: '/docs/' });
    assert.deepEqual(crawled.wrong, []);
    assert.ok(crawled.statuses[301] && crawled.statuses[302]);
    writeFileSync(file, '');
  });

  test("what Astro's settings and the host's disagree about is said", async () => {
    const { output } = await build({ TRAILING_SLASH: 'never' });
    assert.match(output, /trailingSlash 'never' with build\.format 'directory' fights html_handling auto-trailing-slash/);
    assert.match(output, /no host serves fr\/404\/index\.html for a miss: what is not found below \/fr\/ \(locale fr\) gets/);
    const fine = await build({ TRAILING_SLASH: 'never', FORMAT: 'file' });
    assert.doesNotMatch(fine.output, /fights|no host serves/);
    const [answer] = await resolve(manifest(), ['/fr/rien']);
    assert.equal(answer.asset, '/fr/404.html');
  });

  test('an integration that runs later is named, and what it writes is found', async () => {
    const late = await build({ LATE: '1' });
    assert.equal(late.status, 0);
    assert.match(late.output, /late runs after @trailmark\/astro .*put trailmark\(\) last/);
    assert.match(late.output, /out of date: 1 path changed after it was written \(late\.html\)/);
    const { differences } = await verify(manifest(), { dist: dist() });
    assert.deepEqual(differences.map(({ path }) => path), ['/late.html']);
  });

  test('strict fails the build, and so does what the command refuses', async () => {
    const strict = await build({ OPTIONS: '{"strict": true}' });
    assert.notEqual(strict.status, 0);
    assert.match(strict.output, /warnings, and `strict` takes them for errors/);
    const unknown = await build({ OPTIONS: '{"notfoundhandling": "none"}' });
    assert.notEqual(unknown.status, 0);
    assert.match(unknown.output, /no option `notfoundhandling`[^]*Did you mean `notFoundHandling`/);
    const place = await build({ OPTIONS: '{"output": "package.json/site.trailmark"}' });
    assert.notEqual(place.status, 0);
    assert.match(place.output, /cannot write .*package\.json/);
  });

  test('an audit names links that cost a redirect or lead to nothing, and fails the build where it is told to', async () => {
    const page = join(folder, 'src/pages/lost.astro');
    writeFileSync(page, '<title>Lost</title><a href="/gone">a</a> <a href="https://harbour.example/drowned/">b</a> <a href="/blog">c</a>\n');
    const told = await build({ OPTIONS: '{"audit": true}' });
    assert.equal(told.status, 0, told.output);
    assert.match(told.output, /audit: error not-found: leads to nothing \(404\): /);
    for (const target of ['/gone', '/drowned/']) assert.match(told.output, new RegExp(`^ {2}${target} {2}dist/lost/index\\.html:1:\\d+$`, 'm'));
    assert.match(told.output, /audit: warning redirect: costs a redirect: [^]*\n {2}\/blog {2}write \/blog\/ {2}\d+ links, the first in dist\//);
    assert.match(told.output, /\[@trailmark\/astro\] audit: \d+ pages, [\d,]+ links inside the site; .*npx trailmark audit dist\.trailmark --dist dist/);
    const failed = await build({ OPTIONS: '{"audit": {"failOn": "error", "only": "not-found"}}' });
    assert.notEqual(failed.status, 0);
    assert.match(failed.output, /the audit found what `failOn` \(error\) takes for a failure: not-found \(/);
    assert.doesNotMatch(failed.output, /audit: warning/);
    rmSync(page);
  });

  test('without a program the build stops before it begins, and says what to install', async () => {
    const missing = await build({ TRAILMARK_BINARY: '/nowhere/trailmark' });
    assert.notEqual(missing.status, 0);
    assert.match(missing.output, /TRAILMARK_BINARY is \/nowhere\/trailmark, which does not exist/);
    assert.doesNotMatch(missing.output, /generating static routes/);
  });
});
