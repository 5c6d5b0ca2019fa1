// Real workerd, through the miniflare that the repository's live judge pins (`cargo xtask setup` installs it).

import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the pinned packages are resolved from. */
export const ORACLE = fileURLToPath(new URL('../../../../tests/oracle/package.json', import.meta.url));
const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));

/** What the repository's `tests/oracle` has of that name. */
export function oraclePackage(name) {
  try {
    return createRequire(ORACLE)(name);
  } catch (error) {
    throw new Error(`${name} is not installed in tests/oracle: \`cargo xtask setup\` does it`, { cause: error });
  }
}

/** Starts a Worker: a file, with all that it imports, below `root`. */
export async function startWorker(script, { root = PACKAGE, ...options } = {}) {
  const { Log, LogLevel, Miniflare } = oraclePackage('miniflare');
  // Only answers may reach stdout.
  const log = new Log(LogLevel.WARN);
  log.log = (message) => process.stderr.write(`${message}\n`);
  const worker = new Miniflare({
    log,
    handleRuntimeStdio: (stdout, stderr) => {
      stdout.pipe(process.stderr, { end: false });
      stderr.pipe(process.stderr, { end: false });
    },
    host: '127.0.0.1',
    cf: false,
    modules: true,
    modulesRoot: root,
    modulesRules: [
      { type: 'ESModule', include: ['**/*.js', '**/*.mjs'] },
      { type: 'CompiledWasm', include: ['**/*.wasm'] },
      { type: 'Data', include: ['**/*.trailmark'] },
    ],
    scriptPath: path.resolve(script),
    compatibilityDate: '2025-07-21',
    ...options,
  });
  try {
    await worker.ready;
    return worker;
  } catch (error) {
    await worker.dispose().catch(() => {});
    throw error;
  }
}
