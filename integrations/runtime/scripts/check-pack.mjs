// Before `npm pack`: everything that the package promises must be there.

import { copyFileSync, existsSync } from 'node:fs';

const root = new URL('../', import.meta.url);
const remedies = {
  'dist/node.js': '`npm run build` makes it',
  'dist/trailmark.wasm': '`cargo xtask wasm` makes it',
};
const missing = Object.entries(remedies).filter(([file]) => !existsSync(new URL(file, root)));
for (const [file, remedy] of missing) console.error(`@trailmark/runtime: ${file} is missing: ${remedy}`);
if (missing.length > 0) process.exit(1);
for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) copyFileSync(new URL(`../../${licence}`, root), new URL(licence, root));
