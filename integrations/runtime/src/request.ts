// A request as one text for the WebAssembly; its form is that of `wasm/src/wire.rs`.

import { RequestError } from './errors.js';
import type { AnswerRequest, RequestHeaders, Via, WorkerResponse } from './types.js';

const IF_NONE_MATCH = 1;
const AUTHORIZATION = 2;
const RANGE = 4;
const SEC_FETCH_MODE = 8;
const SEC_FETCH_DEST = 16;
const BINDING = 32;
const CONTENT_TYPE = 32;
const FLAGS = 64;

/** The text of a GET of a path, up to the path. */
export const PLAIN_GET = '@GET\0\0';

/** The headers that matter. */
interface Picked {
  flags: number;
  ifNoneMatch: string;
  mode: string;
  dest: string;
}

/** The text of a request, up to its URL. For a question to the guard, with what the Worker answered. */
export function headOf(request: AnswerRequest, via: Via | undefined, worker?: WorkerResponse): string {
  const method = request.method === undefined ? 'GET' : field(request.method, 'method');
  const host = request.host === undefined ? '' : field(request.host, 'host');
  const picked = request.headers === undefined || request.headers === null ? null : pick(request.headers);
  let flags = FLAGS | (picked?.flags ?? 0);
  let tail = '';
  if (picked !== null && picked.flags !== 0) {
    if (picked.flags & IF_NONE_MATCH) tail += `${field(picked.ifNoneMatch, 'If-None-Match')}\0`;
    if (picked.flags & SEC_FETCH_MODE) tail += `${field(picked.mode, 'Sec-Fetch-Mode')}\0`;
    if (picked.flags & SEC_FETCH_DEST) tail += `${field(picked.dest, 'Sec-Fetch-Dest')}\0`;
  }
  if (worker === undefined) {
    if (via === 'binding') flags |= BINDING;
    else if (via !== undefined && via !== 'router') throw new RequestError('form', '`via` is "router" or "binding"');
  } else if (worker.contentType !== undefined && worker.contentType !== null) {
    flags |= CONTENT_TYPE;
    tail += `${field(worker.contentType, 'contentType')}\0`;
  }
  return `${String.fromCharCode(flags)}${method}\0${host}\0${tail}`;
}

/** A value that can be put between two NULs. */
function field(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new RequestError('form', `\`${what}\` must be a string`);
  if (value.includes('\0')) throw new RequestError('form', `\`${what}\` holds a NUL, which no request can`);
  return value;
}

function pick(headers: RequestHeaders): Picked {
  const picked: Picked = { flags: 0, ifNoneMatch: '', mode: '', dest: '' };
  if (typeof headers !== 'object' || headers === null) {
    throw new RequestError('form', '`headers` must be a Headers, an object or pairs');
  }
  if (typeof (headers as { get?: unknown }).get === 'function') {
    const { get } = headers as { get(name: string): string | null };
    for (const name of NAMES) take(picked, name, get.call(headers, name));
  } else if (Symbol.iterator in headers) {
    for (const [name, value] of headers as Iterable<readonly [string, string]>) take(picked, name, value);
  } else {
    for (const name in headers) take(picked, name, (headers as Record<string, string | readonly string[]>)[name]);
  }
  return picked;
}

const NAMES = ['if-none-match', 'authorization', 'range', 'sec-fetch-mode', 'sec-fetch-dest'] as const;

/** Notes a header, if it is one of those that matter. */
function take(picked: Picked, name: string, given: string | readonly string[] | null | undefined): void {
  const length = name.length;
  if ((length !== 13 && length !== 14 && length !== 5) || given === undefined || given === null) return;
  const value = typeof given === 'string' ? given : [...given].join(', ');
  switch (name.toLowerCase()) {
    case 'if-none-match':
      picked.flags |= IF_NONE_MATCH;
      picked.ifNoneMatch = value;
      break;
    case 'authorization':
      if (value !== '') picked.flags |= AUTHORIZATION;
      break;
    case 'range':
      if (value !== '') picked.flags |= RANGE;
      break;
    case 'sec-fetch-mode':
      picked.flags |= SEC_FETCH_MODE;
      picked.mode = value;
      break;
    case 'sec-fetch-dest':
      picked.flags |= SEC_FETCH_DEST;
      picked.dest = value;
      break;
    default:
  }
}
