/**
 * What `createRedirect` collected, as lines of Cloudflare's `_redirects`, or the reason why there can be none. Gatsby itself
 * does nothing with these redirects: without such lines they do not exist on the host.
 */

import { type Redirect, REDIRECT_STATUSES } from 'trailmark/integration';

import type { Answer, Ask } from './ask.js';
import type { GatsbyRedirect } from './gatsby.js';
import { example, targetOfExample } from './patterns.js';

/** What became of the redirects of a site. */
export interface RedirectFindings {
  /** How many the site answers already as meant. */
  readonly served: number;
  /** Those for which a line of `_redirects` is missing. */
  readonly missing: readonly Redirect[];
  /** Those that no line can do, each with its reason. */
  readonly refused: readonly string[];
}

/** What `createRedirect` knows, and what changes nothing on the server. */
const KNOWN = ['fromPath', 'toPath', 'isPermanent', 'statusCode', 'force', 'ignoreCase', 'redirectInBrowser', 'conditions'];

/** Compares each redirect with what the site answers. */
export async function checkRedirects(redirects: readonly GatsbyRedirect[], ask: Ask): Promise<RedirectFindings> {
  const refused: string[] = [];
  const lines: Array<{ line: Redirect; force: boolean }> = [];
  const seen = new Set<string>();
  for (const redirect of redirects) {
    const line = toLine(redirect);
    if (typeof line === 'string') refused.push(`${redirect.fromPath} -> ${redirect.toPath}: ${line}`);
    else if (!seen.has(line.from)) lines.push({ line, force: redirect.force === true });
    if (typeof line !== 'string') seen.add(line.from);
  }
  const answers = await ask(lines.map(({ line }) => example(line.from)));
  const targets = await ask(lines.map(({ line }) => (line.status === 200 ? targetOfExample(line.to) : '/')));
  const missing: Redirect[] = [];
  let served = 0;
  lines.forEach(({ line, force }, index) => {
    const answer = answers[index];
    if (isServed(line, answer, targets[index])) served += 1;
    else if (isPage(answer) && !force) refused.push(hidesPage(line, answer));
    else missing.push(line);
  });
  return { served, missing, refused };
}

/** The line for a redirect, or why there is none. */
export function toLine(redirect: GatsbyRedirect): Redirect | string {
  const { fromPath, toPath, statusCode, isPermanent, conditions } = redirect;
  const status = statusCode ?? (isPermanent === true ? 301 : 302);
  const asked = [...Object.keys(conditions ?? {}), ...Object.keys(redirect).filter((key) => !KNOWN.includes(key))];
  if (asked.length > 0) {
    return `it depends on ${asked.join(', ')}, which a line of _redirects can't ask for, so it would apply to everybody; a Worker can`;
  }
  if (!REDIRECT_STATUSES.includes(status)) return `status ${status} is none that _redirects knows (${REDIRECT_STATUSES.join(', ')})`;
  if (!fromPath.startsWith('/') || fromPath.startsWith('//')) return 'the source is no path of this site; redirect other hosts by a rule of the zone';
  if (/[?#]/.test(fromPath)) return 'the query and the fragment of a source are dropped, so it would apply to the path with any query; a Worker can ask for them';
  if ((fromPath.match(/\*/g) ?? []).length > 1) return 'the platform ignores a source with two `*`';
  const local = toPath.startsWith('/');
  if (!local && !toPath.startsWith('https://')) return 'the platform ignores a target that begins with neither `/` nor `https://`';
  if (!local && status === 200) return 'the platform ignores a rewrite (status 200) to another host; a Worker can fetch it';
  return { from: fromPath, to: toPath, status };
}

function isServed(line: Redirect, answer: Answer | undefined, target: Answer | undefined): boolean {
  if (answer === undefined) return false;
  // A Worker answers there: what it says is not known from the build.
  if (answer.status === null) return true;
  if (line.status === 200) return answer.status === 200 && target !== undefined && answer.asset === target.asset;
  return answer.status === line.status && samePlace(answer.location, targetOfExample(line.to));
}

function samePlace(location: string | null, target: string): boolean {
  if (location === null) return false;
  const base = 'https://site.invalid';
  return URL.canParse(location, base) && new URL(location, base).href === new URL(target, base).href;
}

function isPage(answer: Answer | undefined): answer is Answer {
  // A single page answers every miss, `pages/not-found/single-page` among them.
  return answer?.status === 200 && answer.rule !== 'redirects/rule' && !answer.rule.includes('not-found/');
}

function hidesPage(line: Redirect, answer: Answer): string {
  return `${line.from} -> ${line.to}: ${answer.asset ?? 'a file'} answers there; a line of _redirects would hide it (with \`force: true\` in createRedirect it is offered)`;
}
