/** The options of the integration. */

import { type AuditSettings, HTML_HANDLINGS, type HtmlHandling, NOT_FOUND_HANDLINGS, type NotFoundHandling, CLOUDFLARE_NAMES, type CloudflareName } from 'trailmark';
import { aBoolean, anAudit, aString, aStringOrFalse, type Check, checkOptions, oneOf } from 'trailmark/integration';

/** All may be left out; then a `wrangler.jsonc`, `.json` or `.toml` of the project decides, and else the defaults of `trailmark`. */
export interface TrailmarkOptions {
  /** Where the manifest goes, from the project's root on. By default beside the output folder: `dist.trailmark`. */
  output?: string | undefined;
  /** The host whose answers are wanted. */
  platform?: CloudflareName | undefined;
  /** Which URLs lead to a page (Workers only). */
  htmlHandling?: HtmlHandling | undefined;
  /** What a path gets that nothing answers (Workers only). */
  notFoundHandling?: NotFoundHandling | undefined;
  /** The wrangler configuration, from the project's root on; `false` for none, even if there is one. */
  config?: string | false | undefined;
  /** The environment of the wrangler configuration. */
  env?: string | undefined;
  /** Takes warnings for errors: the build fails. */
  strict?: boolean | undefined;
  /** Where hashes of files are kept between builds; `false` for nowhere. By default beside the manifest. */
  cache?: string | false | undefined;
  /** Audits the links of the site: `true`, or what is looked for and at what the build fails. By default not. */
  audit?: boolean | AuditSettings | undefined;
}

/** The name under which the integration appears. */
export const NAME = '@trailmark/astro';

const CHECKS: Record<keyof TrailmarkOptions, Check> = {
  output: aString,
  platform: oneOf(...CLOUDFLARE_NAMES),
  htmlHandling: oneOf(...HTML_HANDLINGS),
  notFoundHandling: oneOf(...NOT_FOUND_HANDLINGS),
  config: aStringOrFalse,
  env: aString,
  strict: aBoolean,
  cache: aStringOrFalse,
  audit: anAudit(NAME),
};

/** Gives the options back if they are fine. */
export function checked(options: TrailmarkOptions | undefined): TrailmarkOptions {
  checkOptions(NAME, options, CHECKS);
  return options ?? {};
}
