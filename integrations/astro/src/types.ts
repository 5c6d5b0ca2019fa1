/**
 * What of Astro's own types this package uses, from Astro 5 on. Written down here so that the types hold with every version:
 * TypeScript compares them with those of the Astro that is installed where the integration is put into its configuration.
 */

/** Whether URLs of pages end in a slash. */
export type TrailingSlash = 'always' | 'never' | 'ignore';
/** How files of pages are named. */
export type BuildFormat = 'directory' | 'file' | 'preserve';

/** The configuration, as far as it matters here. */
export interface Config {
  root: URL;
  publicDir: URL;
  outDir: URL;
  /** Where the site is deployed. */
  site?: string | undefined;
  base: string;
  trailingSlash: TrailingSlash;
  build: { format: BuildFormat; redirects: boolean };
  redirects?: Record<string, RedirectValue>;
  i18n?: { locales: readonly (string | { path: string })[] } | undefined;
  integrations: readonly Integration[];
}

/** Where a redirect leads: a string, or with its status. */
export type RedirectValue = string | { status: number; destination: string };

/** Another integration. */
export interface Integration {
  name: string;
  hooks: object;
}

/** A route of `astro:routes:resolved`. */
export interface Route {
  type: string;
  /** `/blog/[slug]`, without the base. */
  pattern: string;
  /** False for what a server answers. */
  isPrerendered?: boolean;
  /** `internal` for Astro's own. */
  origin?: string;
  redirect?: RedirectValue | undefined;
  /** The route that a redirect leads to, if it is one of the site's. */
  redirectRoute?: { pattern: string } | undefined;
}

/** Where an integration writes what it has to say. */
export interface Logger {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
