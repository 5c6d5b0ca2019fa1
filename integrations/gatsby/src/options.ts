/** The options of the plugin: their types, and the schema by which Gatsby checks them before it builds. */

import {
  type AuditSettings,
  HTML_HANDLINGS,
  type HtmlHandling,
  NOT_FOUND_HANDLINGS,
  type NotFoundHandling,
  CLOUDFLARE_NAMES,
  type CloudflareName,
} from 'trailmark';
import { aBoolean, anAudit, aString, checkOptions, oneOf } from 'trailmark/integration';

import type { Joi, JoiSchema } from './gatsby.js';

/** The name of the plugin, which its messages begin with. */
export const NAME = 'gatsby-plugin-trailmark';

/** What may stand in `options` of `gatsby-plugin-trailmark`. All of it may be left out. */
export interface TrailmarkPluginOptions {
  /** Where the manifest goes, from the site's folder. Without it: `public.trailmark`. Never inside `public/`. */
  output?: string;
  /** The wrangler configuration, from the site's folder. Without it: the `wrangler.jsonc`, `.json` or `.toml` there. */
  config?: string;
  /** Wins over the wrangler configuration. */
  platform?: CloudflareName;
  /** Cloudflare's `html_handling`. Wins over the wrangler configuration. */
  htmlHandling?: HtmlHandling;
  /** Cloudflare's `not_found_handling`. Wins over the wrangler configuration. */
  notFoundHandling?: NotFoundHandling;
  /** Whether a warning, or a line of `_redirects` or `_headers` that the platform ignores, fails the build. Without it: no. */
  strict?: boolean;
  /** Audits the links of the site: `true`, or what is looked for and at what the build fails. Without it: no. */
  audit?: boolean | AuditSettings;
}

/** What Gatsby hands in: the options, with `plugins` among them. */
export type GivenOptions = TrailmarkPluginOptions & { plugins?: unknown };

/**
 * Refuses an option that does not exist: Gatsby only warns about those, and a site would be compiled otherwise than was meant.
 *
 * @throws TrailmarkError with the nearest name
 */
export function checkNames(given: GivenOptions): void {
  checkOptions(NAME, given, {
    output: aString,
    config: aString,
    platform: oneOf(...CLOUDFLARE_NAMES),
    htmlHandling: oneOf(...HTML_HANDLINGS),
    notFoundHandling: oneOf(...NOT_FOUND_HANDLINGS),
    strict: aBoolean,
    audit: anAudit(NAME),
    // Gatsby's own.
    plugins: () => undefined,
  });
}

/** Gatsby checks the values by this, in `gatsby develop` too. */
export function pluginOptionsSchema({ Joi }: { Joi: Joi }): JoiSchema {
  return Joi.object().keys({
    output: Joi.string().description('Where the manifest goes, from the site\'s folder [default: public.trailmark]'),
    config: Joi.string().description('The wrangler configuration, from the site\'s folder [default: the one that lies there]'),
    platform: Joi.string().valid(...CLOUDFLARE_NAMES).description('Wins over the wrangler configuration'),
    htmlHandling: Joi.string().valid(...HTML_HANDLINGS).description('Cloudflare\'s html_handling; wins over the wrangler configuration'),
    notFoundHandling: Joi.string().valid(...NOT_FOUND_HANDLINGS).description('Cloudflare\'s not_found_handling; wins over the wrangler configuration'),
    strict: Joi.boolean().default(false).description('Whether a warning, or a line of _redirects or _headers that the platform ignores, fails the build'),
    audit: Joi.alternatives(Joi.boolean(), Joi.object()).description('Audits the links of the site: true, or { site, failOn, allow, only, ignoreFile }'),
  });
}
