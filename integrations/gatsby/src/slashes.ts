/**
 * Gatsby's `trailingSlash` beside the platform's html handling. Gatsby writes `about/index.html` whatever the setting; it only
 * says how its links end. Which of them cost a redirect was asked of the manifest; this says what to set.
 */

import type { CompileSummary } from 'trailmark';

import type { TrailingSlash } from './site.js';

/** What to change, where links of the site redirect or find nothing. */
export function slashRemedy(trailingSlash: TrailingSlash, { platform, html_handling }: Pick<CompileSummary, 'platform' | 'html_handling'>): string {
  const gatsby = `trailingSlash: 'always' in gatsby-config`;
  if (platform === 'pages') {
    return trailingSlash === 'always'
      ? `Link to the pages as Gatsby names them, with a slash at the end.`
      : `Set ${gatsby}: Cloudflare Pages serves folder/index.html at /folder/ only.`;
  }
  const host = (value: string): string => `html_handling = "${value}" in the wrangler configuration`;
  if (html_handling === 'none') return `Set ${host(handlingFor(trailingSlash))}: with "none" only /about/index.html is answered.`;
  if (trailingSlash === 'never') return `Set ${host('drop-trailing-slash')}, which serves about/index.html at /about, or ${gatsby}.`;
  if (trailingSlash === 'ignore') return `With 'ignore' pages keep the ends that createPage gave them, and no html_handling fits both: set ${gatsby}.`;
  return html_handling === 'drop-trailing-slash'
    ? `Set ${host('auto-trailing-slash')}, or trailingSlash: 'never' in gatsby-config.`
    : `Link to the pages at the URL that is given here.`;
}

/** The `html_handling` that serves Gatsby's links without a redirect. */
export function handlingFor(trailingSlash: TrailingSlash): string {
  return trailingSlash === 'never' ? 'drop-trailing-slash' : 'auto-trailing-slash';
}
