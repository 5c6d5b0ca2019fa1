/** Packs the packages as they would be published. */
import { mkdirSync, readdirSync, readFileSync, rmSync, existsSync } from 'node:fs';
import { join } from 'node:path';

import { binary, INTEGRATIONS, scratch } from './places.mjs';
import { must } from './run.mjs';

/**
 * Packs these workspaces (`trailmark`, `astro`, ...), which must be built, and the package with the program for this machine.
 *
 * @returns {Promise<Map<string, string>>} the tarball of each package, by its name
 */
export async function packAll(workspaces) {
  const folder = scratch('tarballs');
  const made = await must('node', [join(INTEGRATIONS, 'scripts/platform-package.mjs'), '--binary', binary(), '--out', scratch('platforms')]);
  const folders = [made.trim(), ...workspaces.map((name) => join(INTEGRATIONS, name))];
  const packed = new Map();
  for (const source of folders) {
    const { name } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    packed.set(name, await pack(source, join(folder, name.replace(/[@/]/g, '_'))));
  }
  return packed;
}

async function pack(source, destination) {
  rmSync(destination, { recursive: true, force: true });
  mkdirSync(destination, { recursive: true });
  await must('npm', ['pack', '--pack-destination', destination], { cwd: source });
  const [tarball] = readdirSync(destination);
  if (!tarball || !existsSync(join(destination, tarball))) throw new Error(`npm pack made nothing of ${source}`);
  return join(destination, tarball);
}

/** A file out of a tarball, as text. */
export const readFromTarball = (tarball, file) => must('tar', ['-xzOf', tarball, `package/${file}`]);

/** The files in a tarball. */
export async function listTarball(tarball) {
  const listed = await must('tar', ['-tzf', tarball]);
  return listed.trim().split('\n').map((file) => file.replace(/^package\//, '')).sort();
}
