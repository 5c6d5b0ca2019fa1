/** Where things are: the repository, the program under test, and a folder for what the tests make. */
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
/** The npm workspaces. */
export const INTEGRATIONS = join(ROOT, 'integrations');

const TARGET = resolve(ROOT, process.env.CARGO_TARGET_DIR ?? 'target');

/** The program that is packed and served with: TRAILMARK_BINARY, else of `cargo build --release`, else of `cargo build`. */
export function binary() {
  const named = process.env.TRAILMARK_BINARY;
  const built = ['release', 'debug'].map((profile) => join(TARGET, profile, 'trailmark'));
  const found = [named, ...built].find((path) => path && existsSync(path));
  if (!found) throw new Error('no trailmark program to test with: cargo build --release');
  return resolve(found);
}

/** A folder for what tests make, below that of the builds; there for good, so that a failure can be looked at. */
export function scratch(...names) {
  const folder = join(TARGET, 'xtask', 'integrations', ...names);
  mkdirSync(folder, { recursive: true });
  return folder;
}
