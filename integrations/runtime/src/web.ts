// For browsers and everything else that runs ES modules: the WebAssembly is fetched from beside this file.

import { WasmError } from './errors.js';
import { setSource } from './loaded.js';
import { moduleFrom } from './module.js';

async function fetched(url: URL | string): Promise<Response> {
  try {
    return await fetch(url);
  } catch (error) {
    throw new WasmError('not-found', `${String(url)} can't be fetched; give the URL, the bytes or a Response of trailmark.wasm to \`init\``, { cause: error });
  }
}

setSource({
  soon: () => moduleFrom(new URL('./trailmark.wasm', import.meta.url), fetched),
  from: (source) => moduleFrom(source, fetched),
});

export * from './api.js';
