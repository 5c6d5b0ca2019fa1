// What is asked and what is answered: the terms of `trailmark resolve --requests`.

/** What this package reads of a WHATWG `Headers`. */
export interface HeadersLike {
  get(name: string): string | null;
}

/** Request headers: a `Headers`, an object such as `req.headers` of `node:http`, or pairs. Names in any case. */
export type RequestHeaders =
  | HeadersLike
  | Readonly<Record<string, string | readonly string[] | undefined>>
  | Iterable<readonly [string, string]>;

/**
 * Whom a request reaches first: the router in front of the site, which may hand it to the Worker, or the assets alone, as
 * for a Worker that asks through its assets binding.
 */
export type Via = 'router' | 'binding';

/** A request. A WHATWG `Request` is one, too. */
export interface AnswerRequest {
  /**
   * A path with its query, as it came on the wire (`/about/?x=1`), or an absolute URL, which brings scheme and host. What a URL parser
   * would change (dot segments, backslashes, characters that must be escaped) is changed as the platform changes it. Bytes are
   * for targets that are not UTF-8.
   */
  readonly url: string | Uint8Array;
  /** As sent; it is case-sensitive. `GET` if not given. */
  readonly method?: string | undefined;
  /** The host, if `url` is a path: `example.com` if not given. */
  readonly host?: string | undefined;
  /** Five of them matter: If-None-Match, Authorization, Range, Sec-Fetch-Mode, Sec-Fetch-Dest. */
  readonly headers?: RequestHeaders | undefined;
  /** `router` if not given. */
  readonly via?: Via | undefined;
}

/** Response headers: names in lower case. Several lines of one name are joined with `, `, but those of `set-cookie` are an array. */
export type AnswerHeaders = Record<string, string | string[]>;

/** The answer of the static assets. */
export interface AssetsAnswer {
  readonly to: 'assets';
  /** The HTTP status. 500 where the platform itself would fail. */
  readonly status: number;
  /** Where a redirect leads: the `Location` header. */
  readonly location: string | null;
  /** The file whose bytes are the body (for HEAD: would be), as a path from the root of the site, not escaped. */
  readonly asset: string | null;
  /** Its size in bytes. */
  readonly size: number | null;
  /** The rule that decided, by the name it has in `docs/ROUTING.md` and `trailmark explain`. */
  readonly rule: string;
  /** What the platform sends, as far as the build determines it. */
  readonly headers: AnswerHeaders;
}

/** The request goes to the Worker (or the Pages Function). */
export interface WorkerAnswer {
  readonly to: 'worker';
  readonly status: null;
  readonly location: null;
  readonly asset: null;
  readonly size: null;
  readonly rule: null;
  readonly headers: null;
}

/** What a request gets. */
export type Answer = AssetsAnswer | WorkerAnswer;

/** What the Worker answered, as far as the router looks at it. */
export interface WorkerResponse {
  readonly status: number;
  /** Its `Content-Type`. */
  readonly contentType?: string | null | undefined;
}

/** Something that WebAssembly can be made from: its bytes, a compiled `WebAssembly.Module`, a `Response`, or a URL to fetch. */
export type WasmSource = ArrayBuffer | ArrayBufferView | URL | string | object;
