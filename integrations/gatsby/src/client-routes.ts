/**
 * Pages with a `matchPath`: one file that answers in the browser for many paths. The host knows nothing of that, so each
 * needs a rewrite, a line of `_redirects` with status 200.
 */

import type { Redirect } from 'trailmark/integration';

import type { Ask } from './ask.js';
import type { GatsbyPage } from './gatsby.js';
import { example, matcher } from './patterns.js';
import { fileOf, requestPath, type Site } from './site.js';

/** What became of the client-only routes of a site. */
export interface ClientRouteFindings {
  /** The rewrites that are missing. */
  readonly missing: readonly Redirect[];
  /** What no line can do, each with what to do instead. */
  readonly advice: readonly string[];
}

const WORD = 'trailmark-example';

/** Compares each of them with what the site answers. */
export async function checkClientRoutes(site: Site, ask: Ask): Promise<ClientRouteFindings> {
  const advice: string[] = [];
  const missing = new Map<string, Redirect>();
  for (const page of site.pages) {
    const matchPath = page.matchPath;
    if (typeof matchPath !== 'string' || matchPath === '' || matchPath === page.path) continue;
    if (isNotFoundPage(page)) {
      const text = await localNotFound(site, page, matchPath, ask);
      if (text !== undefined) advice.push(text);
      continue;
    }
    const unserved = await unservedSources(site, page, matchPath, ask);
    if (unserved.length === 0) continue;
    const data = `${site.base ?? ''}/page-data/app-data.json`;
    if (unserved.some((source) => matcher(source).test(data))) advice.push(takesAll(page, matchPath));
    else (await linesFor(site, page, unserved, ask)).forEach((line) => missing.set(line.from, line));
  }
  return { missing: [...missing.values()], advice };
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

async function unservedSources(site: Site, page: GatsbyPage, matchPath: string, ask: Ask): Promise<string[]> {
  const all = sources(matchPath).map((source) => `${site.base ?? ''}${source}`);
  const answers = await ask(all.map((source) => example(source, WORD)));
  return all.filter((_, index) => {
    const answer = answers[index];
    return !(answer?.status === null || (answer?.status === 200 && answer.asset === fileOf(page)));
  });
}

/** The rewrites, and before them a line for each page that they would hide: a rule answers before any file. */
async function linesFor(site: Site, page: GatsbyPage, unserved: readonly string[], ask: Ask): Promise<Redirect[]> {
  const to = await canonical(requestPath(site, page.path), ask);
  const fits = unserved.map(matcher);
  const others = site.pages.filter((other) => other !== page && typeof other.matchPath !== 'string');
  const hidden = others.map((other) => requestPath(site, other.path)).filter((path) => fits.some((each) => each.test(path)));
  return [
    ...hidden.map((path) => ({ from: path, to: path, status: 200 })),
    ...unserved.map((from) => ({ from, to, status: 200 })),
  ];
}

/** The URL at which the page is answered without a redirect: a rewrite to any other would be a redirect. */
async function canonical(url: string, ask: Ask): Promise<string> {
  const [answer] = await ask([url]);
  return answer?.location?.startsWith('/') === true && answer.status !== 200 ? answer.location : url;
}

function takesAll(page: GatsbyPage, matchPath: string): string {
  const line = `${page.path} answers for ${matchPath} in the browser. A line of _redirects for it would hide files of the site, page-data/ among them, so don't add one`;
  return page.path === '/'
    ? `${line}: set not_found_handling to "single-page-application" in the wrangler configuration.`
    : `${line}; give its matchPath a first segment of its own (/app/*), or let a Worker answer.`;
}

const isNotFoundPage = (page: GatsbyPage): boolean => /\/404(\.html|\/)?$/.test(page.path);

/** A language's own 404 page: the host takes the nearest file called `404.html`, and asks for no `matchPath`. */
async function localNotFound(site: Site, page: GatsbyPage, matchPath: string, ask: Ask): Promise<string | undefined> {
  const missing = `${site.base ?? ''}${example(sources(matchPath).at(-1) ?? '/', `${WORD}/${WORD}`)}`;
  const [answer] = await ask([missing]);
  const folder = page.path.replace(/404(\.html|\/)?$/, '');
  if (answer?.asset === `${folder}404.html`) return undefined;
  return `${page.path} is meant for misses below ${matchPath}, but no host finds it there: create the page with the path ${folder}404.html, which the platform takes for everything below ${folder}.`;
}
