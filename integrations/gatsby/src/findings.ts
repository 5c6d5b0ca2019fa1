/** What was found, as the texts that the log shows: a warning each, with what to do about it. */

import type { CompileSummary } from 'trailmark';
import { count, redirectLines } from 'trailmark/integration';

import type { ClientRouteFindings } from './client-routes.js';
import type { PageFindings } from './pages.js';
import type { RedirectFindings } from './redirects.js';
import type { Site } from './site.js';
import { slashRemedy } from './slashes.js';

/** All that the checks found. */
export interface Findings {
  readonly pages: PageFindings;
  readonly clientRoutes: ClientRouteFindings;
  readonly redirects: RedirectFindings;
}

/** No text shows more pages than this. */
const SHOWN = 8;
/** Nor more lines to add. */
const SHOWN_LINES = 20;
/** Where all of those stand, from the site's folder: logs break long lines. */
export const LINES_FILE = '.cache/trailmark-redirects.txt';

/** The warnings, the gravest first. */
export function warnings(site: Site, summary: CompileSummary, { pages, clientRoutes, redirects }: Findings): string[] {
  const found = [
    ...summary.messages.filter(({ level }) => level !== 'note').map(({ text }) => text),
    ...serverOnly(site, pages),
    ...hiddenPages(pages),
    ...redirectedPages(site, summary, pages),
    ...clientRoutes.advice,
    ...refusedRedirects(redirects),
  ];
  const lines = missingLines(clientRoutes, redirects);
  if (lines.length > 0) found.push(offer(site, lines, clientRoutes, redirects));
  return found;
}

/** Every line of `_redirects` that is missing. */
export function missingLines(clientRoutes: ClientRouteFindings, redirects: RedirectFindings): string[] {
  // A redirect that was asked for comes before the rewrite of a whole folder.
  return redirectLines([...redirects.missing, ...clientRoutes.missing]);
}

function offer(site: Site, lines: readonly string[], clientRoutes: ClientRouteFindings, redirects: RedirectFindings): string {
  const what = [
    redirects.missing.length > 0 ? `${count(redirects.missing.length, 'redirect')} of createRedirect` : '',
    clientRoutes.missing.length > 0 ? `the pages with a matchPath` : '',
  ];
  const missed = what.filter((part) => part !== '').join(' and ');
  const head = `lines are missing in static/_redirects (they are in ${LINES_FILE}); without them the platform knows nothing of ${missed}:`;
  const text = block(head, lines, SHOWN_LINES);
  return site.base === undefined ? text : `${text}\nOn the platform the site lies in a folder ${site.base}, and _redirects above it, in the root of what is deployed.`;
}

function refusedRedirects({ refused }: RedirectFindings): string[] {
  if (refused.length === 0) return [];
  return [block(`${count(refused.length, 'redirect')} of createRedirect can't be a line of _redirects:`, refused)];
}

function redirectedPages(site: Site, summary: CompileSummary, { pages, redirected }: PageFindings): string[] {
  if (redirected.length === 0) return [];
  const handling = summary.html_handling === null ? 'Cloudflare Pages' : `html_handling "${summary.html_handling}"`;
  const head = `trailingSlash '${site.trailingSlash}' and ${handling} disagree: every link to ${redirected.length} of ${count(pages, 'page')} costs a redirect:`;
  return [`${block(head, redirected.map(({ path, location }) => `${path} -> ${location}`))}\n${slashRemedy(site.trailingSlash, summary)}`];
}

function hiddenPages({ hidden }: PageFindings): string[] {
  if (hidden.length === 0) return [];
  return [block(`${count(hidden.length, 'page')} can't be reached at the path that Gatsby links to:`, hidden.map(({ path, why }) => `${path}: ${why}`))];
}

function serverOnly(site: Site, { rendered }: PageFindings): string[] {
  const found: string[] = [];
  if (rendered.length > 0) found.push(block('pages with getServerData or defer are made by a Gatsby server; static hosting answers 404 for:', rendered));
  if (site.functions.length > 0) found.push(block('functions of src/api need a Gatsby server; static hosting answers 404 for:', site.functions));
  return found;
}

function block(head: string, lines: readonly string[], shown: number = SHOWN): string {
  const more = lines.length > shown ? [`  ... and ${lines.length - shown} more`] : [];
  return [head, ...lines.slice(0, shown).map((line) => `  ${line}`), ...more].join('\n');
}
