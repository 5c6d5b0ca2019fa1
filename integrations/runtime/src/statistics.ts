// How much is held, for those who watch their isolate's memory.

import { instanceNow } from './loaded.js';

/** What the WebAssembly holds. */
export interface Statistics {
  /** Manifests that are open. */
  readonly openManifests: number;
  /** Memory of the WebAssembly, bytes; it grows with the manifests and never shrinks, but is used again. */
  readonly memory: number;
  /** The version of manifests that it reads. */
  readonly format: number;
}

/** What the WebAssembly holds at the moment. */
export function statistics(): Statistics {
  const instance = instanceNow();
  return { openManifests: instance.openCount, memory: instance.memorySize, format: instance.format };
}
