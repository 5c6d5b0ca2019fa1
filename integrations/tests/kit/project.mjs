/** A project of a user: a fixture in a folder of its own, with packages from npm and ours from their tarballs. */
import { appendFileSync, cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { INTEGRATIONS, scratch } from './places.mjs';
import { must, userEnvironment } from './run.mjs';

/** What of an earlier run is taken away; the other packages stay, since the lock file says whether they are still the right ones. */
const OURS = ['node_modules/trailmark', 'node_modules/@trailmark', 'node_modules/gatsby-plugin-trailmark'];
const MADE = ['src', 'public', 'dist', '.astro', '.cache', 'package-lock.json', 'dist.trailmark', 'dist.trailmark.cache'];

/**
 * Copies a fixture (a folder in `fixtures/`) and installs what its lock file says and our packages from their tarballs, as a user would.
 * (`npm ci` would do so more strictly, but refuses lock files without packages for other systems, which not every registry has.)
 *
 * @param {{fixture: string, name?: string, packed: Map<string, string>, install: string[], registry: string, env?: object,
 *   before?: (folder: string) => unknown}} options `install` names packages of `packed`; `before` may change the project before
 *   anything is installed
 * @returns {Promise<string>} the folder
 */
export async function makeProject({ fixture, name = fixture, packed, install, registry, env = {}, before }) {
  const folder = scratch('projects', name);
  const source = join(INTEGRATIONS, 'tests/fixtures', fixture);
  for (const part of [...OURS, ...MADE]) rmSync(join(folder, part), { recursive: true, force: true });
  cpSync(source, folder, { recursive: true, filter: (path) => !path.endsWith('node_modules') });
  await before?.(folder);
  appendFileSync(join(folder, '.npmrc'), `\n@trailmark:registry=${registry}/\nfund=false\naudit=false\nupdate-notifier=false\n`);
  await must('npm', ['install', '--save-dev', '--prefer-offline', ...install.map((name) => tarball(packed, name))], {
    cwd: folder,
    env: userEnvironment(env),
    seconds: 400,
  });
  return folder;
}

function tarball(packed, name) {
  const found = packed.get(name);
  if (found === undefined) throw new Error(`${name} is not packed; there are ${[...packed.keys()].join(', ')}`);
  return found;
}

/** The version of an installed package. */
export const installedVersion = (folder, name) =>
  JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8')).version;
