// Manifests for tests: of a small site, made by the command line of this repository.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** The command line: what `TRAILMARK_BIN` names, or what cargo built last; built if there is none. */
export function trailmark(...args) {
  return execFileSync(binary(), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function binary() {
  if (process.env.TRAILMARK_BIN) return process.env.TRAILMARK_BIN;
  const target = path.resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target');
  const file = path.join(target, 'debug', process.platform === 'win32' ? 'trailmark.exe' : 'trailmark');
  if (!existsSync(file)) execFileSync('cargo', ['build', '--package', 'trailmark-cli'], { cwd: ROOT, stdio: 'inherit' });
  return file;
}

/** The bytes of the manifest of a site: path to content. */
export function compile(files, ...options) {
  const folder = mkdtempSync(path.join(tmpdir(), 'trailmark-runtime-'));
  try {
    const dist = path.join(folder, 'dist');
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(dist, name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    trailmark('compile', dist, '--output', path.join(folder, 'site.trailmark'), ...options);
    return readFileSync(path.join(folder, 'site.trailmark'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const SITE = {
  'index.html': 'home',
  'about.html': 'about',
  'docs/index.html': 'docs',
  'docs/404.html': 'not in the docs',
  '404.html': 'not here',
  'a b/ü.txt': 'odd name',
  '_redirects': '/old/* https://elsewhere.example/:splat 301\n',
  '_headers': '/about\n  Set-Cookie: a=1\n  X-Frame-Options: DENY\n/abou*\n  Set-Cookie: b=2\n/docs/*\n  __proto__: x\n',
};
