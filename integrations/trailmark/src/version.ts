/** Whether the program is of the version that this package was written for. */

import { readFileSync } from 'node:fs';

/** The version of this package, which is that of the program it brings. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;

/**
 * Whether a program of this version fits a package of that one: the manifest's format and what the command prints may
 * change with the second number as long as the first is 0, and with the first after that.
 */
export function fits(program: string, wanted: string = VERSION): boolean {
  const [major, minor] = program.split('.');
  const [wantedMajor, wantedMinor] = wanted.split('.');
  return major === wantedMajor && (major !== '0' || minor === wantedMinor);
}

/** The version in what `trailmark --version` prints; undefined if it is something else. */
export function parseVersion(printed: string): string | undefined {
  return /^trailmark (\d+\.\d+\.\d+\S*)\s*$/.exec(printed)?.[1];
}
