/** Asks the manifest what many request paths answer, in one go. */

import { type Answer as Reply, type AssetsAnswer, resolve, type WorkerAnswer } from 'trailmark';

/** What a request gets. */
export type Answer = AssetsAnswer | WorkerAnswer;

/** The answers come in the order of the paths; undefined for a path that can be no request (one over 16 KB). */
export type Ask = (urls: readonly string[]) => Promise<ReadonlyArray<Answer | undefined>>;

/** For a manifest that was just written. */
export function asker(manifest: string): Ask {
  return async (urls) => (urls.length === 0 ? [] : (await resolve(manifest, urls)).map(readable));
}

const readable = (reply: Reply): Answer | undefined => ('error' in reply ? undefined : reply);
