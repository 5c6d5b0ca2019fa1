/** What the tests share: the program under test, and folders that are removed again. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const target = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target');

/** The program: `TRAILMARK_BINARY`, else of `cargo build --release`, else of `cargo build`. */
export const PROGRAM = [process.env.TRAILMARK_BINARY, join(target, 'release/trailmark'), join(target, 'debug/trailmark')].find(
  (path) => path && existsSync(path),
);
if (PROGRAM === undefined) throw new Error('no trailmark program to test with: cargo build --release');
// What the tests import finds it too.
process.env.TRAILMARK_BINARY = PROGRAM;

/** An empty folder, until the tests of the file have ended. */
export function emptyFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'trailmark-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with these files. */
export function folderWith(files, folder = emptyFolder()) {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}
