/** The work of the plugin, once Gatsby and all plugins are done: compile, ask, tell. */

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

import { compile, type CompileOptions, type CompileSummary } from 'trailmark';
import { auditBuilt, type AuditTold, count, shortPath, summaryLines } from 'trailmark/integration';

import { asker } from './ask.js';
import { checkOutput, SiteError } from './checks.js';
import { checkClientRoutes } from './client-routes.js';
import { checkAtExit } from './exit.js';
import { LINES_FILE, missingLines, warnings } from './findings.js';
import type { GatsbyReporter } from './gatsby.js';
import type { GivenOptions } from './options.js';
import { checkPages } from './pages.js';
import { checkRedirects } from './redirects.js';
import type { Site } from './site.js';

/**
 * Compiles the site, checks its pages, redirects and client-only routes against the manifest, and reports.
 *
 * @throws SiteError or TrailmarkError, whose messages say what to do
 */
export async function run(site: Site, options: GivenOptions, reporter: GatsbyReporter): Promise<void> {
  checkOutput(site.output);
  const activity = reporter.activityTimer('Compiling routes with Trailmark');
  activity.start();
  let summary: CompileSummary;
  let found: readonly string[];
  try {
    summary = await compile(compileOptions(site, options));
    activity.setStatus(`${count(summary.routes, 'route')} in ${shortPath(summary.manifest, site.directory)}`);
    found = await findings(site, summary);
  } finally {
    activity.end();
  }
  summaryLines(summary, site.directory).forEach((line) => reporter.info(`trailmark: ${line}`));
  summary.messages.filter(({ level }) => level === 'note').forEach(({ text }) => reporter.info(`trailmark: ${text}`));
  found.forEach((text) => reporter.warn(`trailmark: ${text}`));
  await audit(site, resolve(site.directory, summary.manifest), options, reporter);
  if (options.strict === true) await insist(site, options, found);
  checkAtExit(summary.manifest, site.output, options.strict === true);
}

/** Audits the links, if that is wanted; fails if the audit is to. */
async function audit(site: Site, manifest: string, options: GivenOptions, reporter: GatsbyReporter): Promise<void> {
  if (options.audit === undefined || options.audit === false) return;
  const activity = reporter.activityTimer('Auditing links with Trailmark');
  activity.start();
  let told: AuditTold;
  try {
    told = await auditBuilt({
      manifest,
      dist: site.output,
      cwd: site.directory,
      settings: options.audit,
      site: site.url,
      strict: options.strict === true,
    });
  } finally {
    activity.end();
  }
  told.warnings.forEach((text) => reporter.warn(`trailmark: ${text}`));
  told.notes.forEach((text) => reporter.info(`trailmark: ${text}`));
  if (told.failure !== undefined) throw told.failure;
}

/** Fails if there is something to complain of. */
async function insist(site: Site, options: GivenOptions, found: readonly string[]): Promise<void> {
  if (found.length > 0) {
    throw new SiteError(`${count(found.length, 'warning')} above, and the plugin has \`strict: true\`.\nPut right what they say, or leave \`strict\` out.`);
  }
  // Once more, to let Trailmark say which of its notes `--strict` takes for errors: lines that the platform ignores.
  await compile({ ...compileOptions(site, options), strict: true });
}

function compileOptions(site: Site, options: GivenOptions): CompileOptions {
  const fromSite = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(site.directory, path));
  return {
    dist: site.output,
    output: fromSite(options.output),
    config: fromSite(options.config),
    base: site.base,
    platform: options.platform,
    htmlHandling: options.htmlHandling,
    notFoundHandling: options.notFoundHandling,
    cwd: site.directory,
  };
}

async function findings(site: Site, summary: CompileSummary): Promise<string[]> {
  const ask = asker(summary.manifest);
  const [pages, clientRoutes, redirects] = await Promise.all([
    checkPages(site, ask),
    checkClientRoutes(site, ask),
    checkRedirects(site.redirects, ask),
  ]);
  keepLines(site, missingLines(clientRoutes, redirects));
  return warnings(site, summary, { pages, clientRoutes, redirects });
}

/** Writes the lines that are missing where they can be taken from; of none nothing is left. */
function keepLines(site: Site, lines: readonly string[]): void {
  const file = join(site.directory, LINES_FILE);
  rmSync(file, { force: true });
  if (lines.length === 0) return;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join('\n')}\n`);
}
