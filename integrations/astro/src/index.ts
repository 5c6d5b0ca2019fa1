/**
 * The Astro integration: compiles the build into a Trailmark manifest, with what Astro knows (output folder, base, redirects), and
 * says where Astro's settings and the host's disagree.
 *
 *     export default defineConfig({ integrations: [trailmark()] });
 */

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { compile, type CompileOptions, TrailmarkError } from 'trailmark';
import { auditBuilt, type AuditTold, count, ready, summaryLines } from 'trailmark/integration';

import * as findings from './findings.js';
import { checkAtExit, describeLater, laterIntegrations } from './later.js';
import { findMetaPages } from './meta-pages.js';
import { checked, NAME, type TrailmarkOptions } from './options.js';
import { missingRedirects } from './redirects.js';
import { checkAstro, unsupported } from './supported.js';
import type { Config, Logger, Route } from './types.js';

export type { TrailmarkOptions } from './options.js';

/** What the hooks are given, as far as it is used. */
interface BuildDone {
  dir: URL;
  assets: Map<string, URL[]>;
  logger: Logger;
}

/** The integration, as Astro takes it. */
export interface TrailmarkIntegration {
  name: string;
  hooks: {
    'astro:config:done': (given: { config: Config }) => void;
    'astro:routes:resolved': (given: { routes: Route[] }) => void;
    'astro:build:start': () => Promise<void>;
    'astro:build:done': (given: BuildDone) => Promise<void>;
  };
}

/**
 * Makes the integration. Put it last in `integrations`, so that it sees the files of the others.
 *
 * @throws TrailmarkError `bad-option`: an option that does not exist, or a value that it can't have
 */
export default function trailmark(given?: TrailmarkOptions): TrailmarkIntegration {
  const options = checked(given);
  let config: Config | undefined;
  let routes: Route[] | undefined;
  const integration: TrailmarkIntegration = {
    name: NAME,
    hooks: {
      'astro:config:done': (done) => {
        checkAstro(done.config.root);
        config = done.config;
      },
      'astro:routes:resolved': (resolved) => {
        ({ routes } = resolved);
      },
      'astro:build:start': async () => {
        await ready();
      },
      'astro:build:done': async (done) => {
        if (config === undefined || routes === undefined) throw unsupported('of a version before 5');
        const later = laterIntegrations(config.integrations, integration);
        await afterBuild({ options, config, routes, later, done });
      },
    },
  };
  return integration;
}

interface Build {
  options: TrailmarkOptions;
  config: Config;
  routes: readonly Route[];
  /** Integrations that run after this one. */
  later: readonly string[];
  done: BuildDone;
}

async function afterBuild({ options, config, routes, later, done: { dir, assets, logger } }: Build): Promise<void> {
  const cwd = fileURLToPath(config.root);
  const dist = fileURLToPath(dir).replace(/[/\\]$/, '');
  const base = config.base.replace(/\/$/, '');
  const summary = await compile({ ...forCompile(options), cwd, dist, base: base === '' ? undefined : base });
  const manifest = resolve(cwd, summary.manifest);
  const metaPages = await findMetaPages(assets, dist);
  const missing = await missingRedirects({ manifest, base, routes, metaPages, cwd });
  // Some adapters put the static files into a folder of their own, others do not.
  const isServer = dir.href !== config.outDir.href || routes.some(({ isPrerendered, origin }) => isPrerendered === false && origin !== 'internal');
  const audited = await audit({ options, config, manifest, dist, cwd, hasUnknownServer: isServer && !summary.has_script });
  const warnings = [
    ...summary.messages
      .filter(({ level, text }) => level === 'warning' && !text.endsWith(`[${findings.MISPLACED}]`))
      .map(({ text }) => text),
    later.length > 0 ? describeLater(later) : undefined,
    findings.slashes(config, summary),
    findings.misplaced(config, summary),
    isServer && !summary.has_script ? undefined : findings.redirects(config, missing, cwd),
    findings.server(summary, isServer),
    ...audited.warnings,
  ].filter((warning) => warning !== undefined);
  summary.messages.filter(({ level }) => level === 'note').forEach(({ text }) => logger.info(text));
  warnings.forEach((warning) => logger.warn(warning));
  audited.notes.forEach((text) => logger.info(text));
  if (audited.failure !== undefined) throw audited.failure;
  // What the audit is not to fail at is no reason for `strict` either.
  if (options.strict === true && warnings.length > audited.warnings.length) throw strict(warnings.slice(0, warnings.length - audited.warnings.length));
  summaryLines(summary, cwd).forEach((line) => logger.info(line));
  if (later.length > 0) checkAtExit(manifest, dist, logger);
}

interface Audited {
  options: TrailmarkOptions;
  config: Config;
  manifest: string;
  dist: string;
  cwd: string;
  /** Of whose pages nothing is known: every link to one would be called dead. */
  hasUnknownServer: boolean;
}

/** What the audit has to say, if one is wanted. */
async function audit({ options, config, manifest, dist, cwd, hasUnknownServer }: Audited): Promise<AuditTold> {
  const nothing: AuditTold = { warnings: [], notes: [], failure: undefined };
  if (options.audit === undefined || options.audit === false) return nothing;
  if (hasUnknownServer) return { ...nothing, notes: ['audit: left out, since every link to a page of the server would be called dead'] };
  return auditBuilt({ manifest, dist, cwd, settings: options.audit, site: config.site, strict: options.strict === true });
}

/** The options of `compile`. That warnings are errors is seen to here, where all of them are known. */
function forCompile({ strict: _, audit: __, ...options }: TrailmarkOptions): Omit<CompileOptions, 'dist'> {
  return options;
}

const strict = (warnings: readonly string[]): TrailmarkError =>
  new TrailmarkError('strict', `${count(warnings.length, 'warning')}, and \`strict\` takes them for errors`, {
    remedy: 'They stand above. The manifest was written all the same.',
    lines: warnings,
  });
