/** Runs the program and keeps what it says. Whatever is not a fine answer becomes an error that says what to do. */

import { spawn } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stripVTControlCharacters } from 'node:util';

import { BINARY_VARIABLE, environmentFor, findBinary, type Found } from './binary.js';
import { TrailmarkError } from './error.js';
import { fits, parseVersion, VERSION } from './version.js';

/** How the program is run. */
export interface RunOptions {
  /** The working directory, which relative paths and the search for a `wrangler.jsonc` start from. */
  cwd?: string | undefined;
  /** The program; by default what `binaryPath()` finds. */
  binary?: string | undefined;
}

/** A line that the command wrote beside its answer. */
export interface Message {
  /** `note`: worth knowing. `warning`: probably not meant so. */
  level: 'note' | 'warning' | 'error';
  text: string;
}

/** What a command said. */
export interface Finished {
  status: number;
  stdout: string;
  /** Standard error, line by line. */
  lines: string[];
}

/** Programs whose version was found to fit. */
const checked = new Map<string, Promise<void>>();

/**
 * Runs `trailmark ARGS`, with `input` on its standard input, to its end.
 *
 * @throws TrailmarkError if there is no program, it is of another version, or can't be started.
 */
export async function run(args: readonly string[], options: RunOptions, input?: Iterable<string>): Promise<Finished> {
  const found = await ready(options);
  return start(found, args, options.cwd, input);
}

/**
 * Finds the program and makes sure that its version fits, so that a long build can stop before it begins.
 *
 * @throws TrailmarkError `binary-missing`, `version-mismatch`, `binary-failed`
 */
export async function ready(options: RunOptions = {}): Promise<Found> {
  const found: Found = options.binary === undefined ? findBinary() : { path: options.binary, from: 'option' };
  await checkVersion(found);
  return found;
}

/** Makes sure, once for each program, that its version fits this package. */
function checkVersion(found: Found): Promise<void> {
  const known = checked.get(found.path);
  if (known !== undefined) return known;
  const check = start(found, ['--version'], undefined).then((finished) => {
    const version = parseVersion(finished.stdout);
    if (version !== undefined && fits(version)) return;
    const what = version === undefined ? 'is not the trailmark program' : `is version ${version}`;
    throw new TrailmarkError('version-mismatch', `${found.path} ${what}; the npm package trailmark ${VERSION} needs its own version of it`, {
      remedy: remedyFor(found),
    });
  });
  checked.set(found.path, check);
  check.catch(() => checked.delete(found.path));
  return check;
}

function remedyFor(found: Found): string {
  switch (found.from) {
    case 'environment':
      return `Unset ${BINARY_VARIABLE}, or let it name a trailmark of version ${VERSION}.`;
    case 'option':
      return `Leave the option \`binary\` out, or let it name a trailmark of version ${VERSION}.`;
    case 'package':
      return `Bring the packages to one version: npm install trailmark@${VERSION}`;
    case 'path':
      return `Bring it to this version (cargo install trailmark-cli --version ${VERSION}), or let npm install the package of this machine (npm install --include=optional).`;
  }
}

async function start(found: Found, args: readonly string[], cwd?: string, input?: Iterable<string>): Promise<Finished> {
  const child = spawn(found.path, args, { stdio: 'pipe', env: { ...environmentFor(found), NO_COLOR: '1' }, cwd, windowsHide: true });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', (error) => reject(notStarted(found, cwd, error)));
    child.once('close', (status, signal) => {
      if (signal === null) resolve(status ?? 2);
      else reject(new TrailmarkError('binary-failed', `${found.path} was ended by ${signal}`));
    });
  });
  const [status, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr), feed(child.stdin, input)]);
  const lines = stripVTControlCharacters(stderr).split('\n').filter((line) => line !== '');
  return { status, stdout, lines };
}

/** A command that fails at once reads nothing; its message says more than the broken pipe. */
async function feed(stdin: Writable, input: Iterable<string> = []): Promise<void> {
  await pipeline(Readable.from(input), stdin).catch(() => undefined);
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of stream) pieces.push(piece as unknown as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

function notStarted(found: Found, cwd: string | undefined, cause: Error): TrailmarkError {
  const where = cwd === undefined ? '' : ` in ${cwd}`;
  return new TrailmarkError('binary-failed', `${found.path} can't be started${where}: ${cause.message}`, {
    cause,
    remedy: 'See that the file is for this machine and may be run, and that the working directory exists.',
  });
}

/** The error of a command that could not run: what it said, without its label. */
export function failed(command: string, finished: Finished): TrailmarkError {
  const { status, lines } = finished;
  const at = lines.findIndex((line) => line.startsWith('error: '));
  const message = at === -1 ? lines.join('\n') : lines.slice(at).join('\n').slice('error: '.length);
  const silent = `trailmark ${command} ended with status ${status} and said nothing`;
  return new TrailmarkError('command-failed', message === '' ? silent : message, { exitStatus: status, lines });
}

/** The notes and warnings among what was written to standard error; a line without a label belongs to the one before. */
export function messages(lines: readonly string[]): Message[] {
  const found: Message[] = [];
  for (const line of lines) {
    const labelled = /^(note|warning|error): (.*)$/.exec(line);
    const last = found.at(-1);
    if (labelled !== null) found.push({ level: labelled[1] as Message['level'], text: labelled[2] ?? '' });
    else if (last !== undefined) last.text += `\n${line}`;
  }
  return found;
}

/** Reads a JSON text that a command printed. */
export function parseJson<T>(command: string, printed: string): T {
  try {
    return JSON.parse(printed) as T;
  } catch (cause) {
    throw new TrailmarkError('bad-output', `trailmark ${command} printed what is no JSON`, { cause });
  }
}
