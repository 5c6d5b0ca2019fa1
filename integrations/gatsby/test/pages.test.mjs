import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkPages } from '../dist/pages.js';
import { siteOf } from '../dist/site.js';
import { slashRemedy } from '../dist/slashes.js';
import { fakeAsk, pages, state } from './fakes.mjs';

const site = (...list) => siteOf(state({ pages: pages(...list) }));

test('pages that answer are fine, and not-found pages and client-only routes are not asked for', async () => {
  const ask = fakeAsk({ '/': '/index.html', '/about/': '/about/index.html' });
  const found = await checkPages(site('/', { path: '/about/', matchPath: '' }, '/404/', '/404.html', '/fr/404/', { path: '/app/', matchPath: '/app/*' }), ask);
  assert.deepEqual(found, { pages: 2, redirected: [], hidden: [], rendered: [] });
});

test('a page behind a redirect of html handling, one behind a rule and one without an answer are told apart', async () => {
  const ask = fakeAsk({
    '/about': { status: 307, location: '/about/' },
    '/moved/': { status: 301, location: '/', rule: 'redirects/rule' },
    '/worker/': { to: 'worker', status: null, rule: 'router/run-worker-first' },
  });
  const found = await checkPages(site('/about', '/moved/', '/gone/', '/worker/'), ask);
  assert.deepEqual(found.redirected, [{ path: '/about', location: '/about/' }]);
  assert.deepEqual(found.hidden.map(({ path }) => path), ['/moved/', '/gone/']);
  assert.match(found.hidden[0].why, /_redirects answers 301/);
});

test('a page that another file answers is not reached', async () => {
  const found = await checkPages(site('/about/'), fakeAsk({ '/about/': '/other.html' }));
  assert.deepEqual(found.hidden.map(({ path }) => path), ['/about/']);
});

test('pages that a Gatsby server makes are named', async () => {
  const found = await checkPages(site({ path: '/live/', mode: 'SSR' }, { path: '/late/', mode: 'DSG' }), fakeAsk({}));
  assert.deepEqual(found.rendered, ['/live/', '/late/']);
});

test('the remedy for slashes names the setting that fits', () => {
  const workers = (html_handling) => ({ platform: 'workers', html_handling });
  assert.match(slashRemedy('never', workers('auto-trailing-slash')), /"drop-trailing-slash"/);
  assert.match(slashRemedy('always', workers('drop-trailing-slash')), /"auto-trailing-slash"/);
  assert.match(slashRemedy('always', workers('none')), /"auto-trailing-slash"/);
  assert.match(slashRemedy('never', workers('none')), /"drop-trailing-slash"/);
  assert.match(slashRemedy('ignore', workers('auto-trailing-slash')), /trailingSlash: 'always'/);
  assert.match(slashRemedy('never', { platform: 'pages', html_handling: null }), /trailingSlash: 'always'/);
});
