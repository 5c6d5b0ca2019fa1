/** Redirects that the host does not know, and the lines that tell it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { exampleOf, sourceOf, targetOf } from '../dist/patterns.js';
import { findMetaPages, urlsOf } from '../dist/meta-pages.js';
import { emptyFolder, folderWith } from '../../trailmark/test/help.mjs';
import { build, metaPage, urlOf } from './help.mjs';

const lines = ({ log }) => log.flatMap((text) => text.split('\n')).filter((line) => line.startsWith('    /')).map((line) => line.trim());

test('patterns become placeholders and splats', () => {
  const line = (from, to) => {
    const source = sourceOf(from);
    return source && [source.path, targetOf(to, source.names)];
  };
  assert.deepEqual(line('/posts/[slug]', '/blog/[slug]'), ['/posts/:slug', '/blog/:slug']);
  assert.deepEqual(line('/[year]/[my-slug]', '/[my-slug]/in/[year]'), ['/:year/:my_slug', '/:my_slug/in/:year']);
  assert.deepEqual(line('/manual/[...rest]', '/docs/[...rest]'), ['/manual/*', '/docs/:splat']);
  assert.deepEqual(line('/[lang]/[...rest]', '/[...rest]'), ['/:lang/*', '/:splat']);
  assert.deepEqual(line('/v-[n].html', '/version/[n]'), ['/v-:n.html', '/version/:n']);
  assert.deepEqual(line('/posts/[slug]', '/blog/[other]'), ['/posts/:slug', undefined]);
  assert.equal(line('/[...a]/x/[...b]', '/'), undefined);
  assert.equal(exampleOf('/a/[b]/[...c]'), '/a/x/x');
});

test('pages with a meta refresh are told from others', async () => {
  const dist = folderWith({
    'old/index.html': metaPage('/new'),
    'soon.html': metaPage('/later', 2),
    'minified.html': metaPage('/x').replace('<!doctype html>', '<!doctype html>\n'),
    'page.html': '<!doctype html><title>Redirecting to: us</title>',
    'large.html': `${metaPage('/x')}${'x'.repeat(20_000)}`,
    'data.json': metaPage('/x'),
    'fr/404/index.html': metaPage('/404/', 2),
  });
  const found = await findMetaPages(new Map([['/[old]', ['old/index.html', 'gone.html'].map((file) => new URL(file, urlOf(dist)))]]), dist);
  assert.deepEqual(
    found.map(({ file, pattern, to, temporary }) => [file, pattern, to, temporary]),
    [
      ['/minified.html', undefined, '/x', false],
      ['/old/index.html', '/[old]', '/new', false],
      ['/soon.html', undefined, '/later', true],
    ],
  );
  assert.deepEqual(urlsOf('/a b/é/index.html'), ['/a%20b/%C3%A9', '/a%20b/%C3%A9/']);
  assert.deepEqual(urlsOf('/a+b&c.html'), ['/a+b&c', '/a+b&c/']);
  assert.deepEqual(urlsOf('/index.html'), ['/']);
});

const SITE = {
  'dist/index.html': 'home',
  'dist/about/index.html': 'about',
  'dist/blog/one/index.html': 'one',
  'dist/old/index.html': metaPage('/about'),
  'dist/posts/one/index.html': metaPage('/blog/one'),
  'dist/fr/about/index.html': metaPage('/about/', 2),
};
const PROJECT = {
  routes: [
    { type: 'page', pattern: '/about' },
    { type: 'redirect', pattern: '/old', redirect: '/about', redirectRoute: { pattern: '/about' } },
    { type: 'redirect', pattern: '/away', redirect: { status: 308, destination: 'https://a.example/' } },
    { type: 'redirect', pattern: '/odd', redirect: { status: 300, destination: '/elsewhere/x' } },
    { type: 'redirect', pattern: '/posts/[slug]', redirect: '/blog/[slug]', redirectRoute: { pattern: '/blog/[slug]' } },
    { type: 'redirect', pattern: '/[...a]/to/[...b]', redirect: '/' },
  ],
  assets: [
    ['/old', 'old/index.html'],
    ['/posts/[slug]', 'posts/one/index.html'],
    ['/about', 'about/index.html', 'fr/about/index.html'],
  ],
};

test('each redirect is a line for both forms of its URL, straight to where the page is served', async () => {
  const result = await build(folderWith(SITE), PROJECT);
  assert.deepEqual(lines(result), [
    '/old /about/ 301',
    '/old/ /about/ 301',
    '/away https://a.example/ 308',
    '/away/ https://a.example/ 308',
    '/odd /elsewhere/x 302',
    '/odd/ /elsewhere/x 302',
    '/fr/about /about/ 302',
    '/fr/about/ /about/ 302',
    '/posts/:slug /blog/:slug/ 301',
    '/posts/:slug/ /blog/:slug/ 301',
  ]);
  const text = result.log.join('\n');
  assert.match(text, /put these lines into public\/_redirects/);
  assert.match(text, /build: \{ redirects: false \}/);
  assert.match(text, /no line of _redirects can say: \/\[\.\.\.a\]\/to\/\[\.\.\.b\]/);
});

test('the base is in the lines', async () => {
  const result = await build(folderWith(SITE), { ...PROJECT, config: { base: '/docs/' } });
  assert.deepEqual(lines(result).slice(0, 3), ['/docs/old /docs/about/ 301', '/docs/old/ /docs/about/ 301', '/docs/away https://a.example/ 308']);
  assert.ok(lines(result).includes('/docs/posts/:slug /docs/blog/:slug/ 301'));
  assert.ok(lines(result).includes('/docs/odd /elsewhere/x 302'));
});

test('with the lines in place there is nothing left to say, and one that is missing is said', async () => {
  const folder = folderWith(SITE, emptyFolder());
  const all = lines(await build(folder, PROJECT));
  folderWith({ 'dist/_redirects': `${all.join('\n')}\n` }, folder);
  const [first, ...rest] = PROJECT.routes.slice(0, -1);
  const project = { ...PROJECT, routes: [first, ...rest] };
  assert.deepEqual(lines(await build(folder, project)), []);
  folderWith({ 'dist/_redirects': `${all.slice(1).join('\n')}\n` }, folder);
  assert.deepEqual(lines(await build(folder, project)), ['/old /about/ 301']);
});
