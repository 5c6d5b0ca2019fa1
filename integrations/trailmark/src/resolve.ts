/** `resolve()`: asks a manifest what requests answer, over `trailmark resolve --requests -`. */

import { TrailmarkError } from './error.js';
import { failed, parseJson, run, type RunOptions } from './run.js';

/** A request. */
export interface Request {
  /** A path with its query (`/about?x=1`), or an absolute URL, which then names the host. */
  url: string;
  /** By default GET. */
  method?: string;
  host?: string;
  headers?: Record<string, string | string[]>;
  /** `router` (the default): as it comes from outside. `binding`: as a Worker asks its assets. */
  via?: 'router' | 'binding';
}

/** What the site's files answer. */
export interface AssetsAnswer {
  url: string;
  to: 'assets';
  status: number;
  /** Where a redirect leads. */
  location: string | null;
  /** The site path of the file whose bytes are the body. */
  asset: string | null;
  /** The rule that decided. */
  rule: string;
  /** By names in lower case. */
  headers: Record<string, string | string[]>;
}

/** The request goes to the Worker script or Pages Function. */
export interface WorkerAnswer {
  url: string;
  to: 'worker';
  status: null;
  location: null;
  asset: null;
  rule: string | null;
  headers: null;
}

/** The request could not be read. */
export interface Refusal {
  error: string;
}

/** What a request gets. */
export type Answer = AssetsAnswer | WorkerAnswer | Refusal;

/**
 * Asks a manifest, or a site's folder, which is then compiled in memory.
 *
 * One process answers all requests, some millions a second; the answers come in the order of the requests. One that can't be read has an
 * `error` in its place.
 *
 * @throws TrailmarkError if the manifest can't be used: there is none, it is damaged or of another version.
 */
export async function resolve(
  manifest: string,
  requests: Iterable<string | Request>,
  options: RunOptions = {},
): Promise<Answer[]> {
  const lines = Array.from(requests, (request) => `${JSON.stringify(typeof request === 'string' ? { url: request } : request)}\n`);
  const finished = await run(['resolve', '--quiet', '--requests', '-', '--', manifest], options, lines);
  const printed = finished.stdout.split('\n').filter((line) => line !== '');
  // Status 2 with all answers there: some requests could not be read, and their places say so.
  if (finished.status !== 0 && printed.length !== lines.length) throw failed('resolve', finished);
  if (printed.length !== lines.length) {
    throw new TrailmarkError('bad-output', `trailmark resolve gave ${printed.length} answers to ${lines.length} requests`, {
      lines: finished.lines,
    });
  }
  return printed.map((line) => parseJson<Answer>('resolve', line));
}
