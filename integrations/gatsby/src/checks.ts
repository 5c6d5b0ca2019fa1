/** What can be said to be wrong before Trailmark is asked: the version of Gatsby, the folder it wrote. */

import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** Something that the owner of the site can put right: the message holds what to do. */
export class SiteError extends Error {
  override readonly name = 'SiteError';
}

/** The major version of Gatsby that this plugin is written for. */
const WANTED = 5;

/** Refuses a Gatsby of another major version. */
export function checkGatsby(directory: string): void {
  const version = gatsbyVersion(directory);
  if (version === undefined || Number.parseInt(version, 10) === WANTED) return;
  throw new SiteError(
    `gatsby-plugin-trailmark is for Gatsby ${WANTED}; this site has Gatsby ${version}.\n` +
      `Update Gatsby (npm install gatsby@${WANTED}), or take the plugin out of gatsby-config and use a postbuild script instead:\n` +
      `"postbuild": "trailmark compile public"`,
  );
}

/** The version that the site uses; undefined where its package can't be read, which is no reason to refuse. */
function gatsbyVersion(directory: string): string | undefined {
  try {
    const file = createRequire(join(directory, 'package.json')).resolve('gatsby/package.json');
    return (JSON.parse(readFileSync(file, 'utf8')) as { version?: string }).version;
  } catch {
    return undefined;
  }
}

/** Refuses an output folder that is not there. */
export function checkOutput(output: string): void {
  const found = statSync(output, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return;
  throw new SiteError(
    `${output}, where Gatsby writes the site, ${found === undefined ? 'does not exist' : 'is no folder'}.\n` +
      `Another plugin or the site's gatsby-node may move it in its onPostBuild, before Trailmark reads it. Leave public/ in its place, or ` +
      `take the plugin out of gatsby-config and run "trailmark compile <folder>" after the build.`,
  );
}
