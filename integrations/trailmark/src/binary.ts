/**
 * Where the `trailmark` program is: what `TRAILMARK_BINARY` says; else the package for this machine, which npm chose among
 * the optional dependencies; else a `trailmark` on the PATH that is not this package again.
 */

import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

import { TrailmarkError } from './error.js';
import { type Machine, packageName, platformsFor, programIn, thisMachine } from './platforms.js';
import { VERSION } from './version.js';

/** Names the program, whatever is installed. */
export const BINARY_VARIABLE = 'TRAILMARK_BINARY';

/** Set for a program that was found on the PATH: should it be this package after all, it must not look there again. */
export const GUARD_VARIABLE = 'TRAILMARK_FROM_PATH';

/** A program, and how it was found. */
export interface Found {
  /** Absolute, unless `TRAILMARK_BINARY` names a place below the working directory. */
  readonly path: string;
  readonly from: 'option' | 'environment' | 'package' | 'path';
}

/** Where to look; the parts that tests replace. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly machine: Machine;
  /** The file of a package, or undefined if it is not installed: `require.resolve`. */
  readonly resolve: (file: string) => string | undefined;
}

/**
 * The path of the `trailmark` program.
 *
 * @throws TrailmarkError `binary-missing`, which says what to install.
 */
export function binaryPath(): string {
  return findBinary().path;
}

/** As {@link binaryPath}, and how it was found. */
export function findBinary(around: Surroundings = surroundings()): Found {
  const named = around.env[BINARY_VARIABLE];
  if (named !== undefined && named !== '') return fromEnvironment(named);
  const packaged = fromPackage(around);
  if (packaged !== undefined) return { path: packaged, from: 'package' };
  const path = around.env[GUARD_VARIABLE] === undefined ? fromPath(around) : undefined;
  if (path !== undefined) return { path, from: 'path' };
  throw missing(around);
}

/** The environment for a program: one from the PATH is told that it was looked for there. */
export function environmentFor(found: Found): NodeJS.ProcessEnv {
  return found.from === 'path' ? { ...process.env, [GUARD_VARIABLE]: found.path } : process.env;
}

function surroundings(): Surroundings {
  const require = createRequire(import.meta.url);
  return {
    env: process.env,
    machine: thisMachine(),
    resolve: (file) => {
      try {
        return require.resolve(file);
      } catch {
        return undefined;
      }
    },
  };
}

/** Somebody who names a program wants that one and no other. */
function fromEnvironment(path: string): Found {
  if (isProgram(path)) return { path, from: 'environment' };
  const what = statSync(path, { throwIfNoEntry: false }) === undefined ? 'does not exist' : 'is no program that can be run';
  throw new TrailmarkError('binary-missing', `${BINARY_VARIABLE} is ${path}, which ${what}`, {
    remedy: `Set ${BINARY_VARIABLE} to the path of the trailmark program, or unset it.`,
  });
}

function fromPackage(around: Surroundings): string | undefined {
  for (const platform of platformsFor(around.machine)) {
    const program = around.resolve(`${packageName(platform)}/${programIn(platform)}`);
    if (program !== undefined && isProgram(program)) return program;
  }
  return undefined;
}

/**
 * Under `npm run`, `node_modules/.bin` is on the PATH, and there `trailmark` is this package; a global installation of it is
 * on the PATH as well. Neither is a program.
 */
function fromPath(around: Surroundings): string | undefined {
  const name = around.machine.os === 'win32' ? 'trailmark.exe' : 'trailmark';
  const folders = (around.env['PATH'] ?? around.env['Path'] ?? '').split(delimiter);
  return folders
    .filter((folder) => folder !== '' && !isBinFolder(folder))
    .map((folder) => resolve(folder, name))
    .find((path) => isProgram(path) && !isOfThisPackage(path));
}

function isBinFolder(folder: string): boolean {
  return basename(folder) === '.bin' && basename(dirname(folder)) === 'node_modules';
}

function isOfThisPackage(path: string): boolean {
  const real = realpathSync(path);
  const ours = join(realpathSync(fileURLToPath(new URL('..', import.meta.url))), sep);
  return real.startsWith(ours) || real.includes(join(sep, 'node_modules', 'trailmark', 'bin') + sep);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, process.platform === 'win32' ? constants.F_OK : constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Says which package is missing, or that there is none for this machine. */
function missing(around: Surroundings): TrailmarkError {
  const { os, cpu, libc } = around.machine;
  const machine = [os, cpu, libc].filter((part) => part !== undefined).join(' ');
  const platform = platformsFor(around.machine)[0];
  const cargo = `cargo install trailmark-cli --version ${VERSION}`;
  const named = `set ${BINARY_VARIABLE} to the path of the program`;
  if (platform === undefined) {
    return new TrailmarkError('binary-missing', `there is no package with the trailmark program for this machine (${machine})`, {
      remedy: `Build it from source (${cargo}), so that it is on the PATH, or ${named}.`,
    });
  }
  const wanted = packageName(platform);
  return new TrailmarkError('binary-missing', `the package ${wanted}, which holds the trailmark program for this machine (${machine}), is not installed`, {
    remedy: [
      `npm leaves it out with --omit=optional or --no-optional, and where node_modules or the lock file come from another machine.`,
      `Install again without those: npm install --include=optional`,
      `or add the package itself:   npm install ${wanted}@${VERSION}`,
      `or build from source:        ${cargo}`,
      `or ${named}.`,
    ].join('\n'),
  });
}
