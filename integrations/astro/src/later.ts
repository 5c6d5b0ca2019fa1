/** Integrations that run after this one: they still write files, and the manifest knows nothing of them. */

import { TrailmarkError } from 'trailmark';
import { changedSince, count } from 'trailmark/integration';

import { NAME } from './options.js';
import type { Integration, Logger } from './types.js';

const DONE = 'astro:build:done';

/** The names of those that have something to do when the build is done. Astro runs them in the order of the list. */
export function laterIntegrations(all: readonly Integration[], self: { hooks: { [DONE]: unknown } }): string[] {
  // Astro copies the objects, and keeps their hooks.
  const at = all.findIndex(({ hooks }) => DONE in hooks && hooks[DONE] === self.hooks[DONE]);
  const later = at === -1 ? [] : all.slice(at + 1);
  return later.filter(({ name, hooks }) => name !== NAME && DONE in hooks).map(({ name }) => name);
}

/** What to say about them. */
export const describeLater = (names: readonly string[]): string =>
  `${names.join(', ')} ${names.length === 1 ? 'runs' : 'run'} after ${NAME} and may still write files, which the manifest would not know: ` +
  'put trailmark() last in `integrations`';

/** How many files are named. */
const SHOWN = 5;

/** Looks, when the process ends, whether the output folder changed after the manifest was written. There is no hook so late. */
export function checkAtExit(manifest: string, dist: string, logger: Logger): void {
  process.once('exit', (status) => {
    // A build that failed has said enough.
    if (status !== 0) return;
    try {
      const error = stale(manifest, dist);
      if (error !== undefined) logger.warn(error.message);
    } catch (error) {
      logger.warn(`the manifest or what it was made from is gone: ${(error as Error).message}`);
    }
  });
}

/** What there is to say if a folder changed after its manifest was written. */
export function stale(manifest: string, dist: string): TrailmarkError | undefined {
  const changed = changedSince(manifest, dist);
  if (changed.length === 0) return undefined;
  const shown = changed.slice(0, SHOWN).join(', ');
  const more = changed.length > SHOWN ? `, and ${changed.length - SHOWN} more` : '';
  return new TrailmarkError('strict', `the manifest is out of date: ${count(changed.length, 'path')} changed after it was written (${shown}${more})`, {
    remedy: 'Put trailmark() last in `integrations`, or compile again when all is written: trailmark compile',
  });
}
