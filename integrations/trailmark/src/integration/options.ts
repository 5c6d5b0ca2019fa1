/** Checks the options of an integration while it runs: they come from a configuration file that no compiler has seen. */

import { TrailmarkError } from '../error.js';

/** Says what a value has to be, if it is something else; undefined if it is fine. */
export type Check = (value: unknown) => string | undefined;

export const aString: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'a string that is not empty');
export const aBoolean: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
export const aStringOrFalse: Check = (value) => (value === false ? undefined : aString(value) && 'a string, or false');
export const aCount: Check = (value) => (Number.isInteger(value) && (value as number) > 0 ? undefined : 'a whole number from 1 on');
export const oneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    values.includes(value as string) ? undefined : `one of ${values.map(quoted).join(', ')}`;

/**
 * Checks an object of options. `undefined` counts as left out.
 *
 * @param owner who is configured, for messages: `@trailmark/astro`
 * @throws TrailmarkError `bad-option`: an option that does not exist (with the nearest name), or a value that does not fit
 */
export function checkOptions(owner: string, given: unknown, known: Readonly<Record<string, Check>>): void {
  if (given === undefined) return;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw bad(`${owner}: the options must be an object, not ${shown(given)}`);
  }
  for (const [name, value] of Object.entries(given)) {
    const check = Object.hasOwn(known, name) ? known[name] : undefined;
    if (check === undefined) throw unknown(owner, name, Object.keys(known));
    const wanted = value === undefined ? undefined : check(value);
    if (wanted !== undefined) throw bad(`${owner}: option ${quoted(name)} must be ${wanted}, not ${shown(value)}`);
  }
}

function unknown(owner: string, name: string, known: readonly string[]): TrailmarkError {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? `The options are: ${known.join(', ')}.` : `Did you mean ${quoted(nearest)}?`;
  return bad(`${owner}: there is no option ${quoted(name)}`, hint);
}

const bad = (message: string, remedy?: string): TrailmarkError => new TrailmarkError('bad-option', message, { remedy });
const quoted = (text: string): string => `\`${text}\``;

function shown(value: unknown): string {
  return typeof value === 'function' ? 'a function' : (JSON.stringify(value) ?? String(value));
}

/** The name that differs least, if it differs by no more than a third of its letters, apart from their case. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const distances = names.map((known) => ({ known, steps: distance(plain(name), plain(known)) }));
  const [nearest] = distances.sort((a, b) => a.steps - b.steps);
  return nearest !== undefined && nearest.steps <= Math.ceil(nearest.known.length / 3) ? nearest.known : undefined;
}

/** Letters to change, add or leave out. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const changed = (row[j] ?? 0) + Number(letter !== other);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
