/** `report()`: the site as one page that can be opened anywhere, by `trailmark report`. */

import { resolve } from 'node:path';

import { type SiteOptions, siteArguments } from './compile.js';
import { failed, run, type RunOptions } from './run.js';

/** What the page is made of. */
export interface ReportOptions extends SiteOptions, RunOptions {
  /** The folder of the files, where the report is about a manifest. */
  dist?: string | undefined;
  /** What the page calls the site. By default its host, or its folder. */
  title?: string | undefined;
  /** A URL at which the site is deployed. */
  site?: string | undefined;
  /** What the audit passes over. */
  ignoreFile?: string | undefined;
  /** Findings of each rule that are in the page, 0 for all. By default 500. */
  limit?: number | undefined;
  /** `false`: the links are not audited. */
  audit?: boolean | undefined;
}

/**
 * Writes the page; gives its absolute path.
 *
 * @param site the site's folder, or a manifest
 * @param output where the page goes; never inside the site
 * @throws TrailmarkError `command-failed` if it can't be written
 */
export async function report(site: string, output: string, options: ReportOptions = {}): Promise<string> {
  const given: [string, string | number | undefined][] = [
    ['--dist', options.dist],
    ['--title', options.title],
    ['--site', options.site],
    ['--ignore-file', options.ignoreFile],
    ['--limit', options.limit],
  ];
  const values = given.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value}`);
  const without = options.audit === false ? ['--no-audit'] : [];
  const finished = await run(['report', `--output=${output}`, ...values, ...without, ...siteArguments(options), '--', site], options);
  if (finished.status !== 0) throw failed('report', finished);
  return resolve(options.cwd ?? '.', output);
}
