/** Holds what a browser got against what `trailmark resolve` says about the same requests. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {import('./crawl.mjs').Seen[]} seen what the browser got
 * @param {{manifest: string, dist: string, resolve: typeof import('trailmark').resolve}} site
 * @returns {Promise<string[]>} what differs, a line each; empty if all is as it was said
 */
export async function differences(seen, { manifest, dist, resolve }) {
  const requests = seen.map(({ url, method, headers }) => ({ url, method, headers: pick(headers) }));
  const answers = await resolve(manifest, requests);
  const read = new Set(seen.filter(({ body }) => body !== null).map(({ url }) => url));
  return seen.flatMap((got, index) => {
    const said = answers[index];
    const differs = (what, is, was) => (is === was ? [] : [`${got.method} ${got.url}: ${what} ${is}, resolve says ${was}`]);
    const lines = [
      ...differs('status', got.status, said.status),
      ...differs('location', got.location, said.location),
      ...differs('content-type', got.type, said.headers?.['content-type'] ?? null),
    ];
    if (said.asset === null) return lines;
    if (got.body === null) return read.has(got.url) ? lines : [...lines, `${got.url}: the body was never seen`];
    const same = got.body.equals(readFileSync(join(dist, said.asset)));
    return same ? lines : [...lines, `${got.url}: the body is not ${said.asset}`];
  });
}

/** Only what a rule may look at. */
const pick = (headers) => Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('sec-fetch-')));
