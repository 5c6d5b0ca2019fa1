// For Cloudflare Workers, where the WebAssembly is a module of the Worker, compiled when it is deployed.

import module from './trailmark.wasm';

import { WasmError } from './errors.js';
import { setSource } from './loaded.js';

setSource({
  now: () => module,
  soon: async () => module,
  from: async (source) => {
    if (source instanceof WebAssembly.Module) return source;
    throw new WasmError('invalid', 'Workers compile no WebAssembly at run time; import the file as a module and give that to `init`');
  },
});

export * from './api.js';
