/**
 * What still changes when the manifest is written: an adapter, which Gatsby runs after all plugins, and plugins that do not wait for what
 * they write. There is no hook so late, so this looks when the process ends.
 */

import { writeSync } from 'node:fs';

import { changedSince, count } from 'trailmark/integration';

import { NAME } from './options.js';

/** How many files are named. */
const SHOWN = 5;
/** Gatsby's log may have closed by then. */
const STDERR = 2;

/** With `strict` the build fails. Says nothing about a build that failed by itself. */
export function checkAtExit(manifest: string, output: string, strict: boolean): void {
  process.once('exit', (status) => {
    if (status !== 0) return;
    const found = stale(manifest, output);
    if (found === undefined) return;
    writeSync(STDERR, `${strict ? 'error' : 'warning'} ${NAME}: ${found}\n`);
    if (strict) process.exitCode = 1;
  });
}

/** What there is to say if the folder is not as it was when the manifest was written. */
function stale(manifest: string, output: string): string | undefined {
  let changed: string[];
  try {
    changed = changedSince(manifest, output);
  } catch (error) {
    return `the manifest or the folder it was made from is gone: ${(error as Error).message}`;
  }
  if (changed.length === 0) return undefined;
  const more = changed.length > SHOWN ? `, and ${changed.length - SHOWN} more` : '';
  return (
    `the manifest is out of date: ${count(changed.length, 'path')} in public/ changed after it was written (${changed.slice(0, SHOWN).join(', ')}${more}). ` +
    'An adapter does that, or a plugin that does not wait for what it writes. Compile again when all is there: trailmark compile public'
  );
}
