// For Node (and what takes its packages, such as Bun and Deno): the WebAssembly is read from the file beside this one.

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { WasmError } from './errors.js';
import { asWasmError, setSource } from './loaded.js';
import { moduleFrom } from './module.js';

const FILE = new URL('./trailmark.wasm', import.meta.url);

function now(): WebAssembly.Module {
  try {
    return new WebAssembly.Module(readFileSync(FILE));
  } catch (error) {
    throw explained(error);
  }
}

function explained(error: unknown): unknown {
  if ((error as { code?: unknown } | null)?.code !== 'ENOENT') return asWasmError(error);
  return new WasmError(
    'not-found',
    `${fileURLToPath(FILE)} is missing: install @trailmark/runtime again; where a bundler left it behind, give its bytes to \`init\``,
    { cause: error },
  );
}

async function fetched(url: URL | string): Promise<ArrayBuffer | Uint8Array> {
  const isWeb = /^https?:/.test(String(url));
  if (!isWeb) return readFile(url);
  const response = await fetch(url);
  if (!response.ok) throw new WasmError('not-found', `${String(url)}: the server answered ${response.status}`);
  return response.arrayBuffer();
}

setSource({ now, soon: async () => now(), from: (source) => moduleFrom(source, fetched) });

export * from './api.js';
