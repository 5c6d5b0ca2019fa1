// The runtime with the site's manifest: what any URL answers, and where its redirects end.

import type { Answer } from '../../runtime/src/types.js';
import { init, setSource } from '../../runtime/src/loaded.js';
import { Manifest } from '../../runtime/src/manifest.js';
import { unpacked } from './data.js';

/** Redirects that are followed; browsers give up after twenty. */
const MOST_HOPS = 20;

/** One answer on the way. */
export interface Hop {
  readonly url: string;
  readonly answer: Answer;
}

export interface Story {
  readonly hops: readonly Hop[];
  /** Why nothing was asked any further, if the last answer is a redirect. */
  readonly stops: string | null;
}

export class Routes {
  readonly #manifest: Manifest;

  private constructor(manifest: Manifest) {
    this.#manifest = manifest;
  }

  /** Opens what lies in the page. */
  static async open(): Promise<Routes> {
    setSource({
      soon: () => Promise.reject(new Error('it was given')),
      from: (source) => WebAssembly.compile(source as BufferSource),
    });
    const [wasm, manifest] = await Promise.all([unpacked('wasm'), unpacked('manifest')]);
    await init(wasm);
    return new Routes(Manifest.openSync(manifest));
  }

  /** The first answer. Throws if it is no path or URL. */
  answer(url: string, method = 'GET'): Answer {
    return this.#manifest.answer({ url, method });
  }

  /** All answers until there is no redirect any more. */
  follow(url: string, method = 'GET'): Story {
    const hops: Hop[] = [];
    const seen = new Set<string>();
    let at = url;
    for (;;) {
      const answer = this.answer(at, method);
      hops.push({ url: at, answer });
      seen.add(at);
      const location = answer.location;
      if (location === null) return { hops, stops: null };
      const next = target(location, at);
      if (next === null) return { hops, stops: 'it leads to another site' };
      if (seen.has(next)) return { hops, stops: 'it leads in a circle' };
      if (hops.length > MOST_HOPS) return { hops, stops: `browsers give up after ${MOST_HOPS} redirects` };
      at = next;
    }
  }
}

/** Stands for the site, where the URL is a path. */
const ANY = 'https://site.invalid';

/** A path may begin with two slashes, which alone would be a host. */
const absolute = (url: string): URL => new URL(url.startsWith('/') ? ANY + url : url);

/** Where a `Location` leads, as a path; or nothing, if that is elsewhere. */
function target(location: string, from: string): string | null {
  try {
    const at = absolute(from);
    const url = new URL(location, at);
    if (url.host !== at.host || (url.protocol !== 'https:' && url.protocol !== 'http:')) return null;
    const path = url.pathname + url.search;
    return from.startsWith('/') ? path : url.origin + path;
  } catch {
    return null;
  }
}
