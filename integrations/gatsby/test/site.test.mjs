import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fileOf, requestPath, siteOf } from '../dist/site.js';
import { pages, state } from './fakes.mjs';

test('the path prefix counts only if the build was asked for it', () => {
  const config = { pathPrefix: '/journal', trailingSlash: 'always' };
  assert.equal(siteOf(state({ config })).base, undefined);
  const program = { directory: '/site', prefixPaths: true };
  assert.equal(siteOf(state({ config, program })).base, '/journal');
  assert.equal(siteOf(state({ config: { ...config, pathPrefix: 'a/b/' }, program })).base, '/a/b');
  assert.equal(siteOf(state({ config: { ...config, pathPrefix: '' }, program })).base, undefined);
  assert.equal(siteOf(state({ config: { ...config, pathPrefix: '/' }, program })).base, undefined);
});

test('the output folder is public, and trailingSlash is always if nothing is said', () => {
  const site = siteOf(state({ config: {} }));
  assert.equal(site.output, '/site/public');
  assert.equal(site.trailingSlash, 'always');
});

test('functions are named by the path that they would answer', () => {
  assert.deepEqual(siteOf(state({ functions: [{ functionRoute: 'tides' }] })).functions, ['/api/tides']);
});

test('a page is asked for as a browser asks when its link is followed', () => {
  const site = siteOf(state());
  assert.equal(requestPath(site, '/à propos/'), '/%C3%A0%20propos/');
  assert.equal(requestPath(site, '/a+b/[c]/'), '/a+b/[c]/');
  assert.equal(requestPath(site, '/what?/'), '/what%3F/');
  assert.equal(requestPath({ ...site, base: '/journal' }, '/about/'), '/journal/about/');
});

test('a page is the index.html of a folder, unless its path names a file', () => {
  const files = [...pages('/', '/about/', '/about', '/404.html', '/a.htm').values()].map(fileOf);
  assert.deepEqual(files, ['/index.html', '/about/index.html', '/about/index.html', '/404.html', '/a.htm']);
});
