// From what a user gives to a compiled module, in runtimes that can compile.

import { WasmError } from './errors.js';
import type { WasmSource } from './types.js';

/** Compiles what is given; `fetched` gets what a URL names. */
export async function moduleFrom(source: WasmSource, fetched: (url: URL | string) => Promise<WasmSource>): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source === 'string' || source instanceof URL) return moduleFrom(await fetched(source), fetched);
  if (typeof Response !== 'undefined' && source instanceof Response) {
    if (!source.ok) throw new WasmError('not-found', `trailmark.wasm: the server answered ${source.status} for ${source.url}`);
    return WebAssembly.compile(await source.arrayBuffer());
  }
  return WebAssembly.compile(source as BufferSource);
}
