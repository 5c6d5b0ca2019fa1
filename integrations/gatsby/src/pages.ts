/** Every page of the site, asked for at the path that Gatsby's own links use. */

import type { Ask } from './ask.js';
import type { GatsbyPage } from './gatsby.js';
import { fileOf, isClientPage, requestPath, type Site } from './site.js';

/** Pages that visitors do not get as the site's links promise. */
export interface PageFindings {
  readonly pages: number;
  /** Every link to them costs a redirect, by the platform's html handling. */
  readonly redirected: ReadonlyArray<{ readonly path: string; readonly location: string }>;
  /** There is a file, and it is not the answer: a rule of `_redirects` comes first, or html handling does not find it. */
  readonly hidden: ReadonlyArray<{ readonly path: string; readonly why: string }>;
  /** Made by a Gatsby server at the time of the request, so that there is no file. */
  readonly rendered: readonly string[];
}

/** Asks for all of them at once. */
export async function checkPages(site: Site, ask: Ask): Promise<PageFindings> {
  const rendered = site.pages.filter((page) => page.mode === 'SSR' || page.mode === 'DSG').map((page) => page.path);
  const pages = site.pages.filter((page) => isLinked(page));
  const answers = await ask(pages.map((page) => requestPath(site, page.path)));
  const redirected: Array<{ path: string; location: string }> = [];
  const hidden: Array<{ path: string; why: string }> = [];
  pages.forEach((page, index) => {
    const answer = answers[index];
    const path = requestPath(site, page.path);
    if (answer === undefined || answer.status === null || (answer.status === 200 && answer.asset === fileOf(page))) return;
    const byRule = answer.rule.startsWith('redirects/');
    if (answer.location !== null && !byRule) redirected.push({ path, location: answer.location });
    else hidden.push({ path, why: byRule ? `a rule of _redirects answers ${answer.status}` : `answers ${answer.status} (${answer.rule})` });
  });
  return { pages: pages.length, redirected, hidden, rendered };
}

/** Not-found pages are found by misses, pages with a `matchPath` by rewrites, and no link leads to either file. */
function isLinked(page: GatsbyPage): boolean {
  if (page.mode === 'SSR' || page.mode === 'DSG') return false;
  return !isClientPage(page) && !/\/(404|500)(\.html|\/)?$/.test(page.path);
}
