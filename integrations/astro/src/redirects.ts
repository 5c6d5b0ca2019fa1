/** Which redirects of an Astro project the host does not know, and the lines of `_redirects` that would tell it. */

import { type AssetsAnswer, resolve, type RunOptions } from 'trailmark';
import { isDynamic, type Redirect, redirectLines, REDIRECT_STATUSES } from 'trailmark/integration';

import { type MetaPage, urlsOf } from './meta-pages.js';
import { exampleOf, isPattern, sourceOf, targetOf } from './patterns.js';
import type { Route } from './types.js';

/** What is known of the site. */
export interface RedirectSite extends RunOptions {
  manifest: string;
  /** Without a slash at its end; empty for the root. */
  base: string;
  routes: readonly Route[];
  metaPages: readonly MetaPage[];
}

/** What was found. */
export interface MissingRedirects {
  /** The lines to add. */
  lines: string[];
  /** Redirects that no line can say. */
  without: string[];
  /** How many of the pages with a meta refresh come from `redirects` in the configuration. */
  ofConfig: number;
}

/** A redirect as it is wanted, and a URL that shows whether the host knows it. */
interface Wanted extends Redirect {
  probe: string;
  /** A target as it comes out, where the one of the line has placeholders. */
  reached?: string | undefined;
}

/** Asks the manifest about every redirect, and gives the lines for those that it answers with a page, or not at all. */
export async function missingRedirects(site: RedirectSite): Promise<MissingRedirects> {
  const configured = site.routes.filter(({ type }) => type === 'redirect');
  const patterns = new Set(configured.map(({ pattern }) => pattern));
  const written = site.metaPages.filter(({ pattern }) => pattern === undefined || !patterns.has(pattern));
  const without: string[] = [];
  const wanted = configured.flatMap((route) => {
    const redirects = ofRoute(route, site);
    if (redirects === undefined) without.push(route.pattern);
    return redirects ?? [];
  });
  wanted.push(...written.flatMap((page) => ofPage(page, site.base)));
  const missing = await withoutAnswer(wanted, site);
  const lines = redirectLines(await straight(missing, site));
  return { lines, without, ofConfig: site.metaPages.length - written.length };
}

/** The redirects of an entry of `redirects`; undefined if no line can say them. */
function ofRoute(route: Route, { base, metaPages }: RedirectSite): Wanted[] | undefined {
  const { redirect = '/', pattern, redirectRoute } = route;
  const destination = typeof redirect === 'string' ? redirect : redirect.destination;
  const status = typeof redirect === 'string' ? 301 : asLine(redirect.status);
  const source = sourceOf(pattern);
  const target = source && targetOf(destination, source.names);
  if (source === undefined || target === undefined) return undefined;
  // To a page of the site Astro means it, base or not; a path that is no page is taken as it stands.
  const to = redirectRoute === undefined ? target : withBase(target, base);
  const reached = isPattern(pattern) ? metaPages.find((page) => page.pattern === pattern)?.to : undefined;
  const redirects = ofBoth({
    from: base + source.path,
    to,
    status,
    probe: base + exampleOf(pattern),
    reached: reached !== undefined && redirectRoute !== undefined ? withBase(unescape(reached), base) : reached,
  });
  // `/all/*` does not fit `/all`, which a rest of nothing leaves.
  const parent = pattern.replace(/\/\[\.\.\.[^\]]+\]$/, '');
  const hasParent = parent !== pattern && metaPages.some((page) => page.pattern === pattern && urlsOf(page.file).includes(parent));
  if (!hasParent) return redirects;
  return [{ from: `${base}${parent}`, to: to.replace(/\/?:splat$/, '') || '/', status, probe: `${base}${parent}` }, ...redirects];
}

function ofPage({ file, to, temporary }: MetaPage, base: string): Wanted[] {
  return urlsOf(file).map((url) => ({ from: base + url, to: unescape(to), status: temporary ? 302 : 301, probe: base + url }));
}

/** With and without a slash at the end: a line is for one of them. */
function ofBoth(redirect: Wanted): Wanted[] {
  if (redirect.from.endsWith('*') || redirect.from === '/') return [redirect];
  return [redirect, { ...redirect, from: `${redirect.from}/`, probe: `${redirect.probe}/` }];
}

/** Those that the host does not redirect elsewhere than to another URL of the same page. */
async function withoutAnswer(wanted: readonly Wanted[], site: RedirectSite): Promise<Wanted[]> {
  const answers = await resolve(site.manifest, wanted.map(({ probe }) => pathOf(probe)), site);
  return wanted.filter(({ probe }, index) => {
    const answer = answers[index];
    if (answer === undefined || 'error' in answer) return true;
    if (answer.to === 'worker') return false;
    return answer.location === null || stem(answer.location) === stem(pathOf(probe));
  });
}

/** With targets at which pages are served, so that no redirect leads to another one. */
async function straight(missing: readonly Wanted[], site: RedirectSite): Promise<Redirect[]> {
  // With placeholders and nothing that shows what comes out there is nothing to ask.
  const targets = missing.map(({ from, to, status, reached }) => reached ?? (isDynamic({ from, to, status }) ? '' : to));
  const answers = await resolve(site.manifest, targets.map((to) => (to.startsWith('/') ? pathOf(to) : '/')), site);
  return missing.map(({ from, to, status }, index) => {
    const answer = answers[index] as AssetsAnswer | undefined;
    const [target = '', location] = [targets[index], answer?.location];
    if (!target.startsWith('/') || typeof location !== 'string') return { from, to, status };
    if (target === to) return { from, to: location, status };
    // The same change, if it can be made for all: a slash at the end. What `:splat` stands for may have one.
    const slash = location === `${pathOf(target)}/` && !to.endsWith(':splat');
    return { from, to: slash ? `${to}/` : to, status };
  });
}

const asLine = (status: number): number => (REDIRECT_STATUSES.includes(status) ? status : 302);
const withBase = (path: string, base: string): string => (path.startsWith('/') && !`${path}/`.startsWith(`${base}/`) ? base + path : path);
const stem = (url: string): string => url.replace(/[?#].*$/, '').replace(/(\/index)?(\.html)?\/?$/, '');
/** A path that may stand in a request. */
const pathOf = (path: string): string => path.replace(/[\s"<>`]/g, encodeURIComponent).replace(/#.*$/, '');
const ENTITIES: Record<string, string> = { '&amp;': '&', '&quot;': '"', '&lt;': '<', '&gt;': '>', '&#39;': "'" };
const unescape = (text: string): string => text.replace(/&(amp|quot|lt|gt|#39);/g, (entity) => ENTITIES[entity] ?? entity);
