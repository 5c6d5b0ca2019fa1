/** Patterns with `*` and `:name`, as Cloudflare's `_redirects` has them: examples, and what fits. */

const NAME = /:[A-Za-z]\w*/g;

/** A path that fits the pattern; `word` stands where it leaves something open. */
export function example(pattern: string, word: string): string {
  return pattern.replaceAll('*', word).replace(NAME, word);
}

/** The target for that example. */
export function targetOfExample(target: string, word: string): string {
  return target.replaceAll(':splat', word).replace(NAME, word);
}

/** What fits the pattern: `*` is any run of characters, `:name` one or more without `/`. */
export function matcher(pattern: string): RegExp {
  const source = pattern
    .split(/(\*|:[A-Za-z]\w*)/)
    .map((part) => (part === '*' ? '.*' : /^:[A-Za-z]/.test(part) ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`);
}
