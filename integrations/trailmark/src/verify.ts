/** `verify()`: whether a manifest is whole, and whether a site still matches it. */

import { failed, parseJson, run, type RunOptions } from './run.js';

/** A file that is not what the manifest says. */
export interface Difference {
  path: string;
  kind: string;
  /** Sizes in the manifest and in the folder, bytes. */
  was: number | null;
  is: number | null;
}

/** What was found. */
export interface Verdict {
  manifest: string;
  whole: boolean;
  damage: string | null;
  sha256: string;
  bytes: number;
  assets: number;
  dist: string | null;
  /** null where no folder was compared. */
  differences: Difference[] | null;
  /** What differs besides the files. */
  other: string[];
}

/**
 * Checks every byte of a manifest, and with `dist` every file of the folder beside it.
 *
 * @throws TrailmarkError if there is no manifest to check. That it is damaged or the site differs is a verdict, no error.
 */
export async function verify(manifest: string, options: RunOptions & { dist?: string | undefined } = {}): Promise<Verdict> {
  const dist = options.dist === undefined ? [] : [`--dist=${options.dist}`];
  const finished = await run(['verify', '--format', 'json', ...dist, '--', manifest], options);
  if (finished.status > 1) throw failed('verify', finished);
  return parseJson<Verdict>('verify', finished.stdout);
}
