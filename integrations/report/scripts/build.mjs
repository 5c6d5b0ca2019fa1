// Makes the page's sources into the one file that the command takes in, cli/assets/report.html; with `--check`, says whether the one that
// is there is what the sources give. The command puts the site, its manifest and the WebAssembly into it.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const root = new URL('../', import.meta.url);
const destination = new URL('../../cli/assets/report.html', root);
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
    there = readFileSync(destination, 'utf8');
  } catch {
    // None is as bad as an old one.
  }
  if (there !== page) {
    console.error('cli/assets/report.html is not what integrations/report gives; `npm run build --workspace report` in integrations writes it');
    process.exit(1);
  }
  console.log('cli/assets/report.html is what the sources give');
} else {
  mkdirSync(new URL('.', destination), { recursive: true });
  writeFileSync(destination, page);
}
