/** What there is to say about a build beside what the compilation says: where Astro's settings and the host's disagree. */

import type { CompileSummary } from 'trailmark';
import { shortPath } from 'trailmark/integration';

import { describeFights, handlingOf } from './forms.js';
import type { MissingRedirects } from './redirects.js';
import type { Config } from './types.js';

/** The kind under which the compilation reports not-found pages that no host looks for; Astro's own reason is said in its place. */
export const MISPLACED = 'misplaced-not-found-page';

/** How many lines of `_redirects` are shown. */
const SHOWN_LINES = 100;

/** Where `trailingSlash` and `build.format` do not go with the host. */
export function slashes(config: Config, summary: CompileSummary): string | undefined {
  const handling = handlingOf(summary.platform, summary.html_handling);
  return summary.pages < 2 ? undefined : describeFights({ trailingSlash: config.trailingSlash, format: config.build.format, handling });
}

/** Not-found pages of locales and other folders, which Astro writes to where no host looks. */
export function misplaced(config: Config, summary: CompileSummary): string | undefined {
  const files = summary.warnings.filter(({ kind }) => kind === MISPLACED).map(({ file }) => file ?? '');
  const [first] = files;
  if (first === undefined) return undefined;
  const all = files.map((file) => file.slice(1)).join(', ');
  const folder = first.replace(/\/404(\/index)?\.html$/, '/');
  const wanted = `${folder.slice(1)}404.html`;
  const remedy =
    config.build.format === 'directory' && first.endsWith('/404/index.html')
      ? `With build: { format: 'preserve' } or 'file' Astro writes ${wanted}, which is found.`
      : `A host finds ${wanted}.`;
  const locale = config.i18n?.locales.map((locale) => (typeof locale === 'string' ? locale : locale.path)).find((path) => `/${path}/` === folder);
  const below = locale === undefined ? `below ${folder}` : `below ${folder} (locale ${locale})`;
  return `no host serves ${all} for a miss: what is not found ${below} gets the not-found page of the site's root. ${remedy}`;
}

/** Redirects that the host answers with a page that has a meta refresh, or not at all. */
export function redirects(config: Config, missing: MissingRedirects, cwd: string): string | undefined {
  const { lines, without, ofConfig } = missing;
  const file = shortPath(new URL('_redirects', config.publicDir).pathname, cwd);
  const said: string[] = [];
  if (lines.length > 0) {
    said.push(
      'redirects of this site are pages with a meta refresh, which the host answers with status 200, or are not there at all.',
      `  For real ones put these lines into ${file}, above the first line with * or :name:`,
      ...lines.slice(0, SHOWN_LINES).map((line) => `    ${line}`),
    );
    if (lines.length > SHOWN_LINES) said.push(`    and ${lines.length - SHOWN_LINES} more`);
  }
  if (lines.length > 0 && config.build.redirects && ofConfig > 0) {
    said.push('  Then set build: { redirects: false }, so that Astro no longer writes pages for its `redirects`.');
  }
  if (without.length > 0) said.push(`${lines.length > 0 ? '  ' : ''}no line of _redirects can say: ${without.join(', ')}`);
  return said.length === 0 ? undefined : said.join('\n');
}

/** A server that the manifest knows nothing of. */
export function server(summary: CompileSummary, isServer: boolean): string | undefined {
  if (!isServer || summary.has_script) return undefined;
  return (
    'the output has a server, but no script is known that would answer for it: in the manifest all that is no file is not found. ' +
    'For Cloudflare name it in the wrangler configuration (`main`)'
  );
}
