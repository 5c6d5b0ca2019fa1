import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkClientRoutes, sources } from '../dist/client-routes.js';
import { siteOf } from '../dist/site.js';
import { fakeAsk, pages, state } from './fakes.mjs';

const app = { path: '/app/[...]/', matchPath: '/app/*' };
const encoded = '/app/%5B...%5D/';
const files = { '/app/[...]/': { status: 307, location: encoded }, [encoded]: '/app/[...]/index.html' };
const site = (...list) => siteOf(state({ pages: pages(...list) }));

test('the sources of a matchPath are those of Cloudflare, with and without the slash', () => {
  assert.deepEqual(sources('/app/*'), ['/app', '/app/*']);
  assert.deepEqual(sources('/app/*rest'), ['/app', '/app/*']);
  assert.deepEqual(sources('/shop/:id'), ['/shop/:id', '/shop/:id/']);
  assert.deepEqual(sources('/shop/:id/'), ['/shop/:id', '/shop/:id/']);
  assert.deepEqual(sources('/shop/:item-id/*'), ['/shop/:part2', '/shop/:part2/*']);
  assert.deepEqual(sources('/*'), ['/*']);
});

test('a client-only route is offered as rewrites to the URL that serves its file without a redirect', async () => {
  const { missing, advice } = await checkClientRoutes(site('/', app), fakeAsk(files));
  assert.deepEqual(missing, [
    { from: '/app', to: encoded, status: 200 },
    { from: '/app/*', to: encoded, status: 200 },
  ]);
  assert.deepEqual(advice, []);
});

test('nothing is offered where the rewrites are there already', async () => {
  const served = { ...files, '/app': '/app/[...]/index.html', '/app/trailmark-example/trailmark-example': '/app/[...]/index.html' };
  assert.deepEqual((await checkClientRoutes(site(app), fakeAsk(served))).missing, []);
});

test('a page that the rewrite would hide gets a line of its own before it', async () => {
  const ask = fakeAsk({ ...files, '/app/help/': '/app/help/index.html' });
  const { missing } = await checkClientRoutes(site(app, '/app/help/', '/about/'), ask);
  assert.deepEqual(missing[0], { from: '/app/help/', to: '/app/help/', status: 200 });
  assert.equal(missing.length, 3);
});

test('of two routes the narrower one comes first, since the platform takes the first line that fits', async () => {
  const settings = { path: '/app/settings/[...]/', matchPath: '/app/settings/*' };
  const { missing } = await checkClientRoutes(site(app, settings, { path: '/shop/[...]/', matchPath: '/shop/*' }, { path: '/shop/[id]/', matchPath: '/shop/:id' }), fakeAsk({}));
  const order = missing.map(({ from }) => from);
  assert.ok(order.indexOf('/app/settings/*') < order.indexOf('/app/*'), order.join(' '));
  assert.ok(order.indexOf('/shop/:id/') < order.indexOf('/shop/*'), order.join(' '));
});

test('a route for everything is no line, since it would hide every file', async () => {
  const root = await checkClientRoutes(site({ path: '/', matchPath: '/*' }), fakeAsk({ '/': '/index.html' }));
  assert.deepEqual(root.missing, []);
  assert.match(root.advice[0], /hide files.*single-page-application/);
  const lang = await checkClientRoutes(site({ path: '/[lang]/', matchPath: '/:lang/*' }), fakeAsk({}));
  assert.deepEqual(lang.missing, []);
  assert.match(lang.advice[0], /a first segment of its own/);
});

test('a language\'s own 404 page is told to be called 404.html', async () => {
  const french = { path: '/fr/404/', matchPath: '/fr/*' };
  const { missing, advice } = await checkClientRoutes(site(french), fakeAsk({}));
  assert.deepEqual(missing, []);
  assert.match(advice[0], /create the page with the path \/fr\/404\.html/);
  const found = { '/fr/trailmark-example/trailmark-example': { status: 404, asset: '/fr/404.html', rule: 'not-found/404-page' } };
  assert.deepEqual((await checkClientRoutes(site(french), fakeAsk(found))).advice, []);
});

test('below a path prefix the sources and the target hold it', async () => {
  const base = { ...site(app), base: '/journal' };
  const { missing } = await checkClientRoutes(base, fakeAsk({}));
  assert.deepEqual(missing.map(({ from }) => from), ['/journal/app', '/journal/app/*']);
});
