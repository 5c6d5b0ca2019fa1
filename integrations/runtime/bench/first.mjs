// What a process that did none of it before needs, once; for `cold.mjs`, which starts it several times. Arguments: manifests.

import { readFileSync } from 'node:fs';

import { init, Manifest } from '../dist/node.js';

const wasm = readFileSync(new URL('../dist/trailmark.wasm', import.meta.url));
const manifests = process.argv.slice(2).map((file) => readFileSync(file));
const times = [];
let last = performance.now();
const mark = () => {
  const now = performance.now();
  times.push(now - last);
  last = now;
};

last = performance.now();
const module = new WebAssembly.Module(wasm);
mark();
await init(module);
mark();
for (const bytes of manifests) {
  const manifest = Manifest.openSync(bytes);
  mark();
  manifest.answer('/');
  mark();
}
console.log(JSON.stringify(times));
