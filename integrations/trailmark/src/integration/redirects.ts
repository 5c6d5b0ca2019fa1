/** Redirects of a framework as lines of `_redirects`. What the platform makes of such lines: docs/REDIRECTS.md. */

/** A redirect, with the paths as the platform spells them: `:name` for a part, `*` and `:splat` for the rest. */
export interface Redirect {
  from: string;
  to: string;
  status: number;
}

/** The statuses that a line can have; 200 rewrites. */
export const REDIRECT_STATUSES: readonly number[] = [200, 301, 302, 303, 307, 308];

/** Whether its source holds `*` or `:name`. The platform tries such rules one by one, and at most a hundred. */
export const isDynamic = ({ from }: Redirect): boolean => /\*|\/:[A-Za-z]/.test(from);

/** A redirect as a line. A blank would end a path, so it is written as the browser sends it. */
export const redirectLine = ({ from, to, status }: Redirect): string => `${unbroken(from)} ${unbroken(to)} ${status}`;

/**
 * Redirects as the lines to add: those for one path first, since all below the first dynamic one are dynamic too; of two for the
 * same source the first, as the platform has it. Otherwise in the order given.
 */
export function redirectLines(redirects: Iterable<Redirect>): string[] {
  const bySource = new Map<string, Redirect>();
  for (const redirect of redirects) {
    const source = unbroken(redirect.from);
    if (!bySource.has(source)) bySource.set(source, redirect);
  }
  const all = [...bySource.values()];
  return [...all.filter((redirect) => !isDynamic(redirect)), ...all.filter(isDynamic)].map(redirectLine);
}

const unbroken = (path: string): string => path.replace(/\s/g, encodeURIComponent);
