/** `trailmark serve` on 127.0.0.1, until it is stopped. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

import { userEnvironment } from './run.mjs';

/**
 * Serves a manifest or a folder.
 *
 * @param {string} program the `trailmark` program
 * @param {string[]} args what is served, and options
 * @returns {Promise<{url: string, log: string[], stop: () => Promise<void>}>}
 */
export async function serve(program, args, { cwd, seconds = 20 } = {}) {
  const child = spawn(program, ['serve', ...args], { cwd, env: userEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const log = [];
  createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const started = new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve);
    child.once('error', reject);
    ended.then(() => reject(new Error(`trailmark serve ended:\n${log.join('\n')}`)));
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  const url = await started.finally(() => clearTimeout(timer));
  const stop = async () => {
    child.kill('SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(timer);
  };
  return { url: new URL(url).origin, log, stop };
}
