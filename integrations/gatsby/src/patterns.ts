/** Patterns with `*` and `:name`, as Cloudflare's `_redirects` has them: examples, and what fits. */

const NAME = /:[A-Za-z]\w*/g;

/** Stands in examples where a pattern leaves something open. */
const WORD = 'trailmark-example';
/** For `*`: two segments, since a narrower rule may answer for one. */
const WORDS = `${WORD}/${WORD}`;

/** A path that fits the pattern. */
export function example(pattern: string): string {
  return pattern.replaceAll('*', WORDS).replace(NAME, WORD);
}

/** Where that example leads, by a rule with this target. */
export function targetOfExample(target: string): string {
  return target.replaceAll(':splat', WORDS).replace(NAME, WORD);
}

/** What fits the pattern: `*` is any run of characters, `:name` one or more without `/`. */
export function matcher(pattern: string): RegExp {
  const source = pattern
    .split(/(\*|:[A-Za-z]\w*)/)
    .map((part) => (part === '*' ? '.*' : /^:[A-Za-z]/.test(part) ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`);
}
