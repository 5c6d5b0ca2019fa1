// From an answer to what `fetch` and `Response` take.

import type { AssetsAnswer } from './types.js';

/** The lines of the answer's headers, as `new Headers(...)` and `new Response(..., { headers })` take them. */
export function headersOf(answer: AssetsAnswer): [string, string][] {
  return Object.entries(answer.headers).flatMap(([name, value]): [string, string][] =>
    typeof value === 'string' ? [[name, value]] : value.map((line): [string, string] => [name, line]));
}

/**
 * The URL at which a file lies: `asset` of an answer, escaped, below `base`. For an assets binding, or wherever the files are.
 */
export function assetUrl(asset: string, base: string | URL): URL {
  const url = new URL(base);
  url.pathname = asset.split('/').map(encodeURIComponent).join('/');
  url.search = '';
  url.hash = '';
  return url;
}
