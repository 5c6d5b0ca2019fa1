import assert from 'node:assert/strict';
import { test } from 'node:test';

import { missingLines, warnings } from '../dist/findings.js';
import { siteOf } from '../dist/site.js';
import { state } from './fakes.mjs';

const summary = { platform: 'workers', html_handling: 'auto-trailing-slash', messages: [] };
const nothing = {
  pages: { pages: 3, redirected: [], hidden: [], rendered: [] },
  clientRoutes: { missing: [], advice: [] },
  redirects: { served: 0, missing: [], refused: [] },
};
const site = siteOf(state());

test('a site without anything to say gets no warning', () => assert.deepEqual(warnings(site, summary, nothing), []));

test('the lines are exact, static ones first, and twenty are shown', () => {
  const missing = Array.from({ length: 30 }, (_, index) => ({ from: `/old-${index}`, to: '/a new/', status: 301 }));
  const rewrite = { from: '/app/*', to: '/app/%5B...%5D/', status: 200 };
  const found = { ...nothing, redirects: { ...nothing.redirects, missing }, clientRoutes: { missing: [rewrite], advice: [] } };
  const all = missingLines(found.clientRoutes, found.redirects);
  assert.equal(all.length, 31);
  assert.equal(all[0], '/old-0 /a%20new/ 301');
  assert.equal(all.at(-1), '/app/* /app/%5B...%5D/ 200');
  const [text] = warnings(site, summary, found);
  assert.equal(text.split('\n')[1], '  /old-0 /a%20new/ 301');
  assert.equal(text.split('\n').length, 22);
  assert.match(text, /and 11 more$/);
  assert.match(text, /^lines are missing in static\/_redirects \(they are in \.cache\/trailmark-redirects\.txt\); .*30 redirects of createRedirect and the pages with a matchPath/);
});

test('pages that redirect are counted, some are shown, and the setting to change is named', () => {
  const redirected = Array.from({ length: 12 }, (_, index) => ({ path: `/p${index}`, location: `/p${index}/` }));
  const never = { ...site, trailingSlash: 'never' };
  const [text] = warnings(never, summary, { ...nothing, pages: { ...nothing.pages, pages: 12, redirected } });
  assert.match(text, /trailingSlash 'never' and html_handling "auto-trailing-slash" disagree: every link to 12 of 12 pages/);
  assert.match(text, /\/p0 -> \/p0\/[^]*and 4 more[^]*drop-trailing-slash/);
});

test('what needs a Gatsby server is named', () => {
  const found = { ...nothing, pages: { ...nothing.pages, rendered: ['/live/'] } };
  const all = warnings({ ...site, functions: ['/api/tides'] }, summary, found);
  assert.equal(all.length, 2);
  assert.match(all[0], /static hosting answers 404 for:\n {2}\/live\//);
  assert.match(all[1], /\/api\/tides/);
});

test('warnings of trailmark itself are told, notes are not among them', () => {
  const messages = [{ level: 'warning', text: 'a 404 page that no host finds' }, { level: 'note', text: 'a line is ignored' }];
  assert.deepEqual(warnings(site, { ...summary, messages }, nothing), ['a 404 page that no host finds']);
});
