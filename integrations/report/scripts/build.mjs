// Makes the page's sources into one file, dist/report.html. The command holds a copy, cli/assets/report.html, so that it can be built
// without Node: `--place` puts that there, and beside it the WebAssembly, compressed; `--check` says whether the copy is what the sources give.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { deflateRawSync, inflateRawSync } from 'node:zlib';

import { build } from 'esbuild';

const root = new URL('../', import.meta.url);
const assets = new URL('../../cli/assets/', root);
const copy = new URL('report.html', assets);
const options = { bundle: true, minify: true, write: false, charset: 'ascii', legalComments: 'none', logLevel: 'warning' };

async function built(source, more = {}) {
  const { outputFiles } = await build({ ...options, ...more, entryPoints: [fileURLToPath(new URL(source, root))] });
  const text = outputFiles[0].text.trim();
  // Inside a script or style, nothing may look like its end.
  if (/<\/(?:script|style)|<!--/i.test(text)) throw new Error(`${source} holds what would end its element`);
  return text;
}

const hash = (text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const script = await built('src/main.ts', { format: 'iife', target: 'es2022' });
const style = await built('src/style.css');
const policy = [
  "default-src 'none'", `script-src ${hash(script)} 'wasm-unsafe-eval'`, `style-src ${hash(style)}`, "base-uri 'none'", "form-action 'none'",
].join('; ');
const parts = { policy, style, script };
const page = readFileSync(new URL('src/page.html', root), 'utf8').replace(/\{\{(\w+)\}\}/g, (_, name) => parts[name]);

if (process.argv.includes('--check')) {
  let there = '';
  try {
    there = readFileSync(copy, 'utf8');
  } catch {
    // None is as bad as an old one.
  }
  if (there !== page) {
    console.error('cli/assets/report.html is not what integrations/report gives; `cargo xtask report` writes it');
    process.exit(1);
  }
} else {
  mkdirSync(new URL('dist/', root), { recursive: true });
  writeFileSync(new URL('dist/report.html', root), page);
}
if (process.argv.includes('--place')) {
  mkdirSync(assets, { recursive: true });
  writeFileSync(copy, page);
  const wasm = readFileSync(new URL('../runtime/trailmark.wasm', root));
  const placed = new URL('trailmark.wasm.deflate', assets);
  // Other versions of Node compress otherwise; what counts is what comes out.
  const isThere = existsSync(placed) && inflateRawSync(readFileSync(placed)).equals(wasm);
  if (!isThere) writeFileSync(placed, deflateRawSync(wasm, { level: 9 }));
}
