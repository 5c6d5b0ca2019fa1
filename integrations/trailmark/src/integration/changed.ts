/** Whether files of a site changed after its manifest was written. */

import { lstatSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/**
 * The files below `dist` that changed after the manifest was written, with `/` between the parts of each path; and the folders that
 * changed though nothing in them did, because something was removed or renamed (the folder itself is `.`).
 *
 * Goes by the change time, which no tool can set back, and looks at no content: `verify()` does. Costs a system call a file; works
 * while a process ends, as it waits for nothing.
 *
 * @throws what the file system says if the manifest or the folder can't be looked at
 */
export function changedSince(manifest: string, dist: string): string[] {
  const written = lstatSync(manifest, { bigint: true }).ctimeNs;
  const look = (path: string): string[] => {
    const stat = lstatSync(path, { bigint: true });
    const below = stat.isDirectory() ? readdirSync(path).sort().flatMap((name) => look(join(path, name))) : [];
    return below.length === 0 && stat.ctimeNs > written ? [relative(dist, path).split(sep).join('/') || '.'] : below;
  };
  return look(dist);
}
