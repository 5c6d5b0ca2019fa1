/** Runs commands to their end, within a time. */
import { spawn } from 'node:child_process';

/** What no part of a build may do: fetch a browser or a toolchain, or phone home. */
const QUIET = {
  ASTRO_TELEMETRY_DISABLED: '1',
  GATSBY_TELEMETRY_DISABLED: '1',
  PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
  NO_UPDATE_NOTIFIER: '1',
  NO_COLOR: '1',
  FORCE_COLOR: '0',
  CI: '1',
};

/**
 * The environment of a user's shell: without what npm and the tests set in this one. `undefined` takes a variable away.
 */
export function userEnvironment(more = {}) {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_TEST_CONTEXT|NODE_OPTIONS|TRAILMARK_)/.test(name));
  return Object.fromEntries([...inherited, ...Object.entries(QUIET), ...Object.entries(more)].filter(([, value]) => value !== undefined));
}

/**
 * Runs a command and keeps all that it prints, in order. Ends its whole group after `seconds`.
 *
 * @returns {Promise<{status: number, output: string}>}
 */
export function run(command, args, { cwd, env = userEnvironment(), seconds = 300 } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const pieces = [];
    child.stdout.on('data', (piece) => pieces.push(piece));
    child.stderr.on('data', (piece) => pieces.push(piece));
    const timer = setTimeout(() => {
      pieces.push(Buffer.from(`\nended after ${seconds} s`));
      process.kill(-child.pid, 'SIGKILL');
    }, seconds * 1000);
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(timer);
      resolve({ status: status ?? 128, output: Buffer.concat(pieces).toString('utf8') });
    });
  });
}

/** As `run`, but a failure is an error that shows the output. */
export async function must(command, args, options = {}) {
  const finished = await run(command, args, options);
  if (finished.status !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with status ${finished.status}:\n${finished.output}`);
  }
  return finished.output;
}

/** Starts a command that goes on until it is stopped; gives the function that ends its whole group. */
export function start(command, args, { cwd, env = userEnvironment() } = {}) {
  const child = spawn(command, args, { cwd, env, stdio: 'ignore', detached: true });
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.once('error', () => undefined);
  return async () => {
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    await ended;
  };
}
