/** Astro's patterns (`/blog/[slug]`, `/docs/[...rest]`) as paths of `_redirects` (`/blog/:slug`, `/docs/*`). */

const PARAM = /\[(\.\.\.)?([^\]]+)\]/g;

/** Whether a pattern has parameters. */
export const isPattern = (pattern: string): boolean => pattern.includes('[');

/** A source, and the names of its parameters; undefined if `_redirects` has no way to say it: it knows one `*` a line. */
export function sourceOf(pattern: string): { path: string; names: Map<string, string> } | undefined {
  const names = new Map<string, string>();
  let stars = 0;
  const path = pattern.replace(PARAM, (_, rest: string | undefined, name: string) => {
    stars += rest === undefined ? 0 : 1;
    const placeholder = rest === undefined ? `:${plain(name)}` : '*';
    names.set(name, rest === undefined ? placeholder : ':splat');
    return placeholder;
  });
  return stars > 1 ? undefined : { path, names };
}

/** A target with the placeholders of its source; undefined if it uses a parameter that the source does not have. */
export function targetOf(pattern: string, names: ReadonlyMap<string, string>): string | undefined {
  let whole = true;
  const path = pattern.replace(PARAM, (_, _rest, name: string) => {
    const placeholder = names.get(name);
    whole &&= placeholder !== undefined;
    return placeholder ?? '';
  });
  return whole ? path : undefined;
}

/** A pattern with something in the place of each parameter, to ask whether it is answered. */
export const exampleOf = (pattern: string): string => pattern.replace(PARAM, 'x');

/** What a placeholder may be called: letters, digits and `_`. */
const plain = (name: string): string => name.replace(/\W/g, '_').replace(/^[^A-Za-z]/, 'p_$&');
