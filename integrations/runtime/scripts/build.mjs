// Compiles the TypeScript into `dist/`, and puts the WebAssembly beside it, which `cargo xtask wasm` makes; without it the package is
// of no use.

import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const root = new URL('../', import.meta.url);
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', fileURLToPath(root)], { stdio: 'inherit' });
const built = new URL('trailmark.wasm', root);
if (existsSync(built)) copyFileSync(built, new URL('dist/trailmark.wasm', root));
else console.warn('@trailmark/runtime: there is no trailmark.wasm yet; `cargo xtask wasm` makes it, then build again');
process.exit(status ?? 1);
