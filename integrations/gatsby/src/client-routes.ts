/**
 * Pages with a `matchPath`: one file that answers in the browser for many paths. The host knows nothing of that, so each
 * needs a rewrite, a line of `_redirects` with status 200.
 */

import type { Redirect } from 'trailmark/integration';

import type { Ask } from './ask.js';
import type { GatsbyPage } from './gatsby.js';
import { example, matcher } from './patterns.js';
import { type ClientPage, fileOf, isClientPage, requestPath, type Site } from './site.js';

/** What became of the client-only routes of a site. */
export interface ClientRouteFindings {
  /** The rewrites that are missing. */
  readonly missing: readonly Redirect[];
  /** What no line can do, each with what to do instead. */
  readonly advice: readonly string[];
}

/** Compares each of them with what the site answers; asks three times, however many there are. */
export async function checkClientRoutes(site: Site, ask: Ask): Promise<ClientRouteFindings> {
  const all = site.pages.filter(isClientPage);
  const routes = all.filter((page) => !isNotFoundPage(page));
  const unserved = await unservedSources(site, routes, ask);
  const targets = await canonical(routes.map((page) => requestPath(site, page.path)), ask);
  const advice = await localNotFound(site, all.filter(isNotFoundPage), ask);
  const missing = new Map<string, Redirect>();
  const data = `${site.base ?? ''}/page-data/app-data.json`;
  routes.forEach((page, index) => {
    const patterns = unserved[index] ?? [];
    if (patterns.some((source) => matcher(source).test(data))) advice.push(takesAll(page));
    else linesFor(site, page, patterns, targets[index] ?? page.path).forEach((line) => missing.set(line.from, line));
  });
  return { missing: [...missing.values()].sort(narrowFirst), advice };
}

/** The platform takes the first rule that fits, Gatsby the narrowest: `/app/settings/*` before `/app/*`, `/shop/:id` before `/shop/*`. */
function narrowFirst(a: Redirect, b: Redirect): number {
  const depth = ({ from }: Redirect): number => from.split('/').filter((segment) => segment !== '' && segment !== '*').length;
  const open = ({ from }: Redirect): number => (from.includes('*') ? 2 : Number(from.includes('/:')));
  return depth(b) - depth(a) || open(a) - open(b);
}

/**
 * Sources of `_redirects` for a `matchPath`. `/app/*` is `/app` as well, in a browser; and a route without `*` is answered
 * with and without the slash at its end. Names that Cloudflare does not know are renamed.
 */
export function sources(matchPath: string): string[] {
  const segments = matchPath.split('/').map((segment, index) => {
    if (segment.startsWith('*')) return '*';
    if (!segment.startsWith(':')) return segment;
    return /^:[A-Za-z]\w*$/.test(segment) ? segment : `:part${index}`;
  });
  const path = segments.join('/').replace(/(.)\/+$/, '$1');
  if (path.endsWith('/*')) return path === '/*' ? ['/*'] : [path.slice(0, -2), path];
  return [path, `${path}/`];
}

/** For each page those of its sources that it does not answer. */
async function unservedSources(site: Site, routes: readonly ClientPage[], ask: Ask): Promise<string[][]> {
  const wanted = routes.map((page) => sources(page.matchPath).map((source) => `${site.base ?? ''}${source}`));
  const answers = await ask(wanted.flat().map((source) => example(source)));
  const rest = answers.values();
  return routes.map((page, index) =>
    (wanted[index] ?? []).filter(() => {
      const answer = rest.next().value;
      return !(answer?.status === null || (answer?.status === 200 && answer.asset === fileOf(page)));
    }),
  );
}

/** The rewrites, and before them a line for each page that they would hide: a rule answers before any file. */
function linesFor(site: Site, page: GatsbyPage, unserved: readonly string[], to: string): Redirect[] {
  const fits = unserved.map(matcher);
  const others = site.pages.filter((other) => other !== page && !isClientPage(other));
  const hidden = others.map((other) => requestPath(site, other.path)).filter((path) => fits.some((each) => each.test(path)));
  return [
    ...hidden.map((path) => ({ from: path, to: path, status: 200 })),
    ...unserved.map((from) => ({ from, to, status: 200 })),
  ];
}

/** The URLs at which pages are answered without a redirect: a rewrite to any other would be a redirect. */
async function canonical(urls: readonly string[], ask: Ask): Promise<string[]> {
  const answers = await ask(urls);
  return urls.map((url, index) => (answers[index]?.location?.startsWith('/') === true ? (answers[index]?.location ?? url) : url));
}

function takesAll({ path, matchPath }: ClientPage): string {
  const line = `${path} answers for ${matchPath} in the browser. A line of _redirects for it would hide files of the site, page-data/ among them, so don't add one`;
  return path === '/'
    ? `${line}: set not_found_handling to "single-page-application" in the wrangler configuration.`
    : `${line}; give its matchPath a first segment of its own (/app/*), or let a Worker answer.`;
}

const isNotFoundPage = (page: GatsbyPage): boolean => /\/404(\.html|\/)?$/.test(page.path);

/** A language's own 404 page: the host takes the nearest file called `404.html`, and asks for no `matchPath`. */
async function localNotFound(site: Site, pages: readonly ClientPage[], ask: Ask): Promise<string[]> {
  const misses = pages.map((page) => `${site.base ?? ''}${example(sources(page.matchPath).at(-1) ?? '/')}`);
  const answers = await ask(misses);
  return pages.flatMap(({ path, matchPath }, index) => {
    const folder = path.replace(/404(\.html|\/)?$/, '');
    if (answers[index]?.asset === `${folder}404.html`) return [];
    return [
      `${path} is meant for misses below ${matchPath}, but no host finds it there: create the page with the path ${folder}404.html, which the platform takes for everything below ${folder}.`,
    ];
  });
}
