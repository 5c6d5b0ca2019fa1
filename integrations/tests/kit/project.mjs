/** A project of a user: a fixture in a folder of its own, with packages from npm and ours from their tarballs. */
import { appendFileSync, cpSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { INTEGRATIONS, scratch } from './places.mjs';
import { must, userEnvironment } from './run.mjs';

/**
 * Copies a fixture (a folder in `fixtures/`) and installs what its lock file says, then our packages from their tarballs.
 * What an earlier run installed from the same lock file stays.
 *
 * @param {{fixture: string, name?: string, packed: Map<string, string>, install: string[], registry: string, env?: object,
 *   before?: (folder: string) => unknown}} options `install` names packages of `packed`; `before` may change the project before
 *   anything is installed
 * @returns {Promise<string>} the folder
 */
export async function makeProject({ fixture, name = fixture, packed, install, registry, env = {}, before }) {
  const folder = scratch('projects', name);
  const lock = join(folder, 'package-lock.json');
  const source = join(INTEGRATIONS, 'tests/fixtures', fixture);
  for (const part of ['src', 'public', 'dist', '.astro', '.cache', 'package-lock.json', 'node_modules/.trailmark']) {
    rmSync(join(folder, part), { recursive: true, force: true });
  }
  cpSync(source, folder, { recursive: true, filter: (path) => !path.endsWith('node_modules') });
  await before?.(folder);
  appendFileSync(join(folder, '.npmrc'), `\n@trailmark:registry=${registry}/\nfund=false\naudit=false\nupdate-notifier=false\n`);
  const environment = userEnvironment(env);
  if (existsSync(lock)) await must('npm', ['ci', '--prefer-offline'], { cwd: folder, env: environment, seconds: 400 });
  await must('npm', ['install', '--save-dev', '--prefer-offline', ...install.map((name) => tarball(packed, name))], {
    cwd: folder,
    env: environment,
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
