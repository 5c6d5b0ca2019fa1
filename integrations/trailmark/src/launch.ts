/** The `trailmark` command of the npm package: starts the program in its place. */

import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';

import { environmentFor, findBinary, type Found } from './binary.js';
import { TrailmarkError } from './error.js';

const FORWARDED: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'];
/** What a terminal sends to everything that runs in it, so that the program has it already. */
const OF_THE_TERMINAL: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT'];
/** The exit status of `trailmark` for what could not run. */
const COULD_NOT_RUN = 2;

/** Runs the program with these arguments; ends as it ends, with its exit status or its signal. */
export async function launch(args: readonly string[]): Promise<void> {
  const found = findOrExplain();
  if (found === undefined) {
    process.exitCode = COULD_NOT_RUN;
    return;
  }
  const child = spawn(found.path, args, { stdio: 'inherit', windowsHide: false, env: environmentFor(found) });
  const stop = forwardSignals(child);
  await new Promise<void>((resolve) => {
    child.once('error', (error) => {
      stop();
      console.error(`error: ${found.path} can't be started: ${error.message}`);
      process.exitCode = COULD_NOT_RUN;
      resolve();
    });
    child.once('exit', (status, signal) => {
      stop();
      endLike(status, signal);
      resolve();
    });
  });
}

function findOrExplain(): Found | undefined {
  try {
    return findBinary();
  } catch (error) {
    if (!(error instanceof TrailmarkError)) throw error;
    console.error(`error: ${error.message}`);
    return undefined;
  }
}

/** Sends on what this process is sent; the result ends that. */
function forwardSignals(child: ChildProcess): () => void {
  const inTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  const handlers = FORWARDED.filter((signal) => signal in constants.signals).map((signal) => {
    const handler = (): void => {
      if (!(inTerminal && OF_THE_TERMINAL.includes(signal))) child.kill(signal);
    };
    process.on(signal, handler);
    return [signal, handler] as const;
  });
  return () => handlers.forEach(([signal, handler]) => process.off(signal, handler));
}

function endLike(status: number | null, signal: NodeJS.Signals | null): void {
  if (signal === null) {
    process.exitCode = status ?? COULD_NOT_RUN;
    return;
  }
  // Whoever started this sees the signal too. Should it not end this process, the status says the same.
  process.exitCode = 128 + constants.signals[signal];
  process.kill(process.pid, signal);
}
