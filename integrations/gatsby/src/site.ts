/** What Gatsby's state says about the site, in the words that the rest of the plugin uses. */

import { join } from 'node:path';

import type { GatsbyPage, GatsbyRedirect, GatsbyState } from './gatsby.js';

/** The values of Gatsby's `trailingSlash`. */
export type TrailingSlash = 'always' | 'never' | 'ignore';

/** A site that Gatsby has just built. */
export interface Site {
  /** The folder of the project. */
  readonly directory: string;
  /** The folder that Gatsby wrote. Gatsby knows no other. */
  readonly output: string;
  /** `/journal` where the site was built for a subpath; the folder itself does not hold it. */
  readonly base: string | undefined;
  readonly trailingSlash: TrailingSlash;
  /** `siteMetadata.siteUrl`: where it is deployed, if that is said. */
  readonly url: string | undefined;
  readonly pages: readonly GatsbyPage[];
  readonly redirects: readonly GatsbyRedirect[];
  /** Routes of `src/api`, which nobody answers on a static host. */
  readonly functions: readonly string[];
}

/** Reads it from the state. `pathPrefix` counts only if the build was asked for it (`--prefix-paths`). */
export function siteOf({ program, config, pages, redirects, functions }: GatsbyState): Site {
  const prefix = (config.pathPrefix ?? '').replace(/^\/*|\/+$/g, '');
  return {
    directory: program.directory,
    output: join(program.directory, 'public'),
    base: program.prefixPaths === true && prefix !== '' ? `/${prefix}` : undefined,
    trailingSlash: trailingSlash(config.trailingSlash),
    url: typeof config.siteMetadata?.['siteUrl'] === 'string' ? config.siteMetadata['siteUrl'] : undefined,
    pages: [...pages.values()],
    redirects,
    functions: (functions ?? []).map((each) => `/api/${each.functionRoute}`),
  };
}

function trailingSlash(setting: string | undefined): TrailingSlash {
  return setting === 'never' || setting === 'ignore' ? setting : 'always';
}

/** A page's path as a browser sends it when somebody follows a link to it, the base included. */
export function requestPath(site: Site, path: string): string {
  const link = path.replaceAll('?', '%3F').replaceAll('#', '%23');
  return `${site.base ?? ''}${new URL(`http://site${link.startsWith('/') ? '' : '/'}${link}`).pathname}`;
}

/** The file that Gatsby writes for a page, as a path below `public/`: a folder's `index.html`, unless the path names one. */
export function fileOf(page: GatsbyPage): string {
  if (/\.html?$/i.test(page.path)) return page.path;
  return `${page.path.replace(/\/*$/, '')}/index.html`;
}

/** A page with its `matchPath`. */
export type ClientPage = GatsbyPage & { readonly matchPath: string };

/** Whether it answers in the browser for other paths than its own. */
export function isClientPage(page: GatsbyPage): page is ClientPage {
  return typeof page.matchPath === 'string' && page.matchPath !== '' && page.matchPath !== page.path;
}
