import assert from 'node:assert/strict';
import { test } from 'node:test';

import { checkRedirects, toLine } from '../dist/redirects.js';
import { fakeAsk } from './fakes.mjs';

const redirect = (fromPath, toPath, more = {}) => ({
  fromPath,
  toPath,
  isPermanent: false,
  ignoreCase: true,
  redirectInBrowser: false,
  ...more,
});

test('a redirect is 302, a permanent one 301, and statusCode wins over both', () => {
  assert.equal(toLine(redirect('/a', '/b')).status, 302);
  assert.equal(toLine(redirect('/a', '/b', { isPermanent: true })).status, 301);
  assert.equal(toLine(redirect('/a', '/b', { isPermanent: true, statusCode: 308 })).status, 308);
});

for (const [what, given, reason] of [
  ['a language', redirect('/a', '/b', { conditions: { language: ['fr'] } }), /depends on language.*everybody/],
  ['a country', redirect('/a', '/b', { conditions: { country: 'nl' } }), /depends on country/],
  ['a condition of another host', redirect('/a', '/b', { Language: 'fr' }), /depends on Language/],
  ['a query', redirect('/a?id=1', '/b'), /any query/],
  ['a query as its own field', redirect('/a', '/b', { query: { id: '1' } }), /depends on query/],
  ['a source on another host', redirect('https://old.example/a', '/b'), /no path of this site/],
  ['two stars', redirect('/*/a/*', '/b'), /two `\*`/],
  ['a status of its own', redirect('/a', '/b', { statusCode: 410 }), /status 410/],
  ['a target over plain HTTP', redirect('/a', 'http://b.example/'), /neither `\/` nor `https:\/\/`/],
  ['a target that is no path', redirect('/a', 'b'), /neither/],
  ['a rewrite to another host', redirect('/a', 'https://b.example/', { statusCode: 200 }), /rewrite/],
]) {
  test(`${what} can't be a line of _redirects, and the reason is given`, () => assert.match(toLine(given), reason));
}

test('a redirect that the site answers as meant is served; with another status it is missing', async () => {
  const ask = fakeAsk({
    '/blog': { status: 301, location: '/log/', rule: 'redirects/rule' },
    '/posts/trailmark-example/trailmark-example': { status: 308, location: '/log/trailmark-example/trailmark-example', rule: 'redirects/rule' },
    '/old': { status: 307, location: '/old/' },
  });
  const found = await checkRedirects(
    [
      redirect('/blog', '/log/', { isPermanent: true }),
      redirect('/posts/*', '/log/:splat', { statusCode: 308 }),
      redirect('/old', '/new/'),
      redirect('/gone', 'https://other.example/'),
    ],
    ask,
  );
  assert.equal(found.served, 2);
  assert.deepEqual(found.missing, [
    { from: '/old', to: '/new/', status: 302 },
    { from: '/gone', to: 'https://other.example/', status: 302 },
  ]);
});

test('a redirect in front of a page gives way to it, unless it is forced', async () => {
  const ask = fakeAsk({ '/about/': '/about/index.html' });
  const polite = await checkRedirects([redirect('/about/', '/b/')], ask);
  assert.deepEqual(polite.missing, []);
  assert.match(polite.refused[0], /\/about\/index\.html answers there.*force/);
  const forced = await checkRedirects([redirect('/about/', '/b/', { force: true })], ask);
  assert.equal(forced.missing.length, 1);
});

test('the single page that answers every miss is no page in the way', async () => {
  for (const rule of ['not-found/single-page-application', 'pages/not-found/single-page']) {
    const ask = fakeAsk({ '/old': { status: 200, asset: '/index.html', rule } });
    assert.equal((await checkRedirects([redirect('/old', '/about/')], ask)).missing.length, 1);
  }
});

test('what a Worker answers is left alone, and a second redirect from one path counts for nothing', async () => {
  const ask = fakeAsk({ '/api/a': { to: 'worker', status: null } });
  const found = await checkRedirects([redirect('/api/a', '/b'), redirect('/x', '/y'), redirect('/x', '/z')], ask);
  assert.equal(found.served, 1);
  assert.deepEqual(found.missing, [{ from: '/x', to: '/y', status: 302 }]);
});

test('a rewrite is served if the file of its target answers', async () => {
  const ask = fakeAsk({ '/a': '/b/index.html', '/b/': '/b/index.html', '/c': '/d/index.html' });
  const found = await checkRedirects([redirect('/a', '/b/', { statusCode: 200 }), redirect('/c', '/b/', { statusCode: 200 })], ask);
  assert.equal(found.served, 1);
  assert.equal(found.missing.length, 0);
  assert.match(found.refused[0], /\/d\/index\.html answers there/);
});
