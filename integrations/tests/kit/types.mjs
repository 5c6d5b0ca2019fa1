/** Checks TypeScript in a project with the compiler of the workspace, as an editor would. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { INTEGRATIONS } from './places.mjs';
import { run } from './run.mjs';

/**
 * @param {string} folder the project
 * @param {string} source a module; `// @ts-expect-error` marks lines that must be wrong
 * @returns {Promise<string>} what the compiler complains of; empty if nothing
 */
export async function typeErrors(folder, source) {
  writeFileSync(join(folder, 'check.mts'), source);
  const compiler = join(INTEGRATIONS, 'node_modules/typescript/bin/tsc');
  const settings = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', '--target', 'ES2022', '--module', 'NodeNext'];
  const { output } = await run('node', [compiler, ...settings, 'check.mts'], { cwd: folder });
  return output.trim();
}
