/** Whether files of a site changed after its manifest was written. */

import { lstatSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * The files and folders below `dist` that changed after the manifest was written, with `/` between the parts of each path; the
 * folder itself is `.`. A folder changes when something in it is added, renamed or removed.
 *
 * Goes by the change time, which no tool can set back, and looks at no content: `verify()` does. Costs a system call a file; works
 * while a process ends, as it waits for nothing.
 *
 * @throws what the file system says if the manifest or the folder can't be looked at
 */
export function changedSince(manifest: string, dist: string): string[] {
  const written = lstatSync(manifest, { bigint: true }).ctimeNs;
  const changed: string[] = [];
  const look = (path: string): void => {
    const stat = lstatSync(path, { bigint: true });
    if (stat.ctimeNs > written) changed.push(relative(dist, path).split(sep).join('/') || '.');
    if (stat.isDirectory()) for (const name of readdirSync(path).sort()) look(join(path, name));
  };
  look(dist);
  return changed;
}
