// The WebAssembly that this program uses: loaded once, when it is first needed or when `init` is called.

import { WasmError } from './errors.js';
import { Instance } from './instance.js';
import type { WasmSource } from './types.js';

/** Where the entry for a runtime gets the module from. @internal */
export interface ModuleSource {
  /** Where it can be had without waiting. */
  readonly now?: () => WebAssembly.Module;
  readonly soon: () => Promise<WebAssembly.Module>;
  /** For what `init` is given. */
  readonly from: (source: WasmSource) => Promise<WebAssembly.Module>;
}

let source: ModuleSource | null = null;
let loaded: Instance | null = null;
let loading: Promise<Instance> | null = null;

/** Called once, by the entry. @internal */
export function setSource(given: ModuleSource): void {
  source = given;
}

/**
 * Loads the WebAssembly: that of this package, or what is given. Needed before `Manifest.openSync` where there are neither Workers
 * nor Node; `Manifest.open` does it by itself. Manifests that are open stay as they are.
 *
 * @throws WasmError if it can't be had, or is not Trailmark's.
 */
export async function init(from?: WasmSource | Promise<WasmSource>): Promise<void> {
  if (from === undefined) {
    await instanceSoon();
  } else {
    const module = await told(async () => entry().from(await from));
    loaded = instantiate(module);
  }
}

/** The instance, loaded if need be. @internal */
export async function instanceSoon(): Promise<Instance> {
  if (usable() !== null) return loaded as Instance;
  loading ??= told(entry().soon)
    .then((module) => (loaded = instantiate(module)))
    .finally(() => (loading = null));
  return loading;
}

/** The instance, without waiting. @internal */
export function instanceNow(): Instance {
  if (usable() !== null) return loaded as Instance;
  const { now } = entry();
  if (now === undefined) {
    throw new WasmError('not-loaded', 'the WebAssembly is not loaded yet; `await init()` first, or use `await Manifest.open(bytes)`');
  }
  return (loaded = instantiate(now()));
}

function usable(): Instance | null {
  return loaded !== null && !loaded.hasCrashed ? loaded : null;
}

function entry(): ModuleSource {
  if (source === null) throw new WasmError('not-loaded', 'import @trailmark/runtime itself, not a file within it');
  return source;
}

function instantiate(module: WebAssembly.Module): Instance {
  try {
    return Instance.of(new WebAssembly.Instance(module));
  } catch (error) {
    throw asWasmError(error);
  }
}

async function told<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    throw asWasmError(error);
  }
}

/** What the engine says about bytes that are no WebAssembly, with the remedy. @internal */
export function asWasmError(error: unknown): unknown {
  if (error instanceof WasmError) return error;
  const isAboutBytes = error instanceof WebAssembly.CompileError || error instanceof WebAssembly.LinkError || error instanceof TypeError;
  const code = isAboutBytes ? 'invalid' : 'not-found';
  const what = error instanceof Error ? error.message : String(error);
  return new WasmError(code, `the WebAssembly of Trailmark can't be loaded: ${what}; use trailmark.wasm of @trailmark/runtime`, { cause: error });
}
