/** Whether this is a version of Astro that has what the integration needs. */

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { TrailmarkError } from 'trailmark';

import { NAME } from './options.js';

/** The first version with `astro:routes:resolved` and the configuration as it is read here. */
const OLDEST = 5;

/**
 * Checks the Astro that the project has.
 *
 * @throws TrailmarkError `unsupported-framework`
 */
export function checkAstro(root: URL): void {
  const version = installedVersion(root);
  if (version !== undefined && Number.parseInt(version, 10) < OLDEST) throw unsupported(version);
}

/** The error for an Astro of this version. */
export function unsupported(version: string): TrailmarkError {
  return new TrailmarkError('unsupported-framework', `${NAME} needs Astro ${OLDEST} or newer, and this project has Astro ${version}`, {
    remedy: 'Upgrade it (npx @astrojs/upgrade), or take the integration out and put `trailmark compile dist` behind the build.',
  });
}

/** undefined where the project keeps Astro in a way that is not known here. */
function installedVersion(root: URL): string | undefined {
  const require = createRequire(fileURLToPath(new URL('package.json', root)));
  try {
    return (require('astro/package.json') as { version?: string }).version;
  } catch {
    return undefined;
  }
}
