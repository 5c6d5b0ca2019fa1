/** `audit()`: what is wrong with a site's links; what `trailmark audit --format json` says. */

import { type SiteOptions, siteArguments } from './compile.js';
import { failed, type Message, messages, parseJson, run, type RunOptions } from './run.js';

/** How bad a finding is, the mildest first. */
export const AUDIT_LEVELS = ['note', 'warning', 'error'] as const;
/** What is looked for; `trailmark audit --rules` says what each means. */
export const AUDIT_RULES = [
  'not-found',
  'case-differs',
  'relative-slash',
  'relative-in-not-found-page',
  'fallback-for-file',
  'server-error',
  'redirect-loop',
  'outside-base',
  'missing-fragment',
  'redirect-chain',
  'redirect',
  'redirect-away',
  'canonical-not-found',
  'canonical-redirects',
  'canonical-elsewhere',
  'canonical-duplicate',
  'canonical-missing',
  'sitemap-not-found',
  'sitemap-redirects',
  'sitemap-not-canonical',
  'hreflang-no-return',
  'mixed-forms',
  'orphan-page',
  'unreadable',
] as const;

export type AuditLevel = (typeof AUDIT_LEVELS)[number];
export type AuditRule = (typeof AUDIT_RULES)[number];
/** At what an audit fails: a finding of this level or worse, or of this rule; or at none. */
export type FailOn = AuditLevel | AuditRule | 'never';

/** What is looked for. All may be left out. */
export interface AuditSettings {
  /** A URL at which the site is deployed, so that absolute links to it count as its own. By default found in its pages. */
  site?: string | readonly string[] | undefined;
  /** What makes the audit fail. */
  failOn?: FailOn | readonly FailOn[] | undefined;
  /** Rules whose findings are not looked for. */
  allow?: AuditRule | readonly AuditRule[] | undefined;
  /** The only rules whose findings are looked for. Not with `allow`. */
  only?: AuditRule | readonly AuditRule[] | undefined;
  /** What is passed over, and why. By default `.trailmark-audit` in the working directory or beside the site's folder. */
  ignoreFile?: string | undefined;
}

/** What is audited, and how. */
export interface AuditOptions extends AuditSettings, SiteOptions, RunOptions {
  /** The folder of the files, where a manifest is audited. */
  dist?: string | undefined;
  /** Findings of each rule that are given in full, 0 for all; all are counted. By default 1000. */
  limit?: number | undefined;
}

/** Where a link stands. */
export interface AuditPlace {
  /** From the site's folder, beginning with a slash. */
  file: string;
  /** From 1; left out where the finding is about the whole file. */
  line?: number;
  /** The character in the line, from 1. */
  column?: number;
  /** The link as it is written there. */
  link?: string;
}

/** What all links have in common that lead to one target for one cause. */
export interface AuditFinding {
  /** The path, with `#` and fragment where that is missing; or the page that the finding is about. */
  target: string;
  /** What the path answers, if it was asked for. */
  answer?: { status: number; rule: string; location?: string; redirects: number };
  /** What else there is to say. */
  detail?: string;
  /** The URL to write instead. */
  fix?: string;
  /** Links that lead there. */
  links: number;
  /** Files in which they stand; null where that is not known. */
  in_files: number | null;
  /** What they are for: `link`, `image`, `script`, ... */
  kinds: string[];
  /** The first of them, in different files. */
  places: AuditPlace[];
}

/** All findings of a rule. */
export interface AuditGroup {
  rule: AuditRule;
  level: AuditLevel;
  /** What its findings have in common, in a few words. */
  summary: string;
  /** What to do. */
  advice: string;
  /** Findings: different targets, or pages. */
  count: number;
  /** Links that have the finding. */
  links: number;
  in_files: number | null;
  /** Those with most links; as many as the limit allows. */
  findings: AuditFinding[];
}

/** What was found. */
export interface AuditReport {
  files: number;
  pages: number;
  /** What was read. */
  bytes: number;
  /** Links by where they lead. */
  links: { internal: number; same_page: number; external: number; other: number };
  /** Different paths that they lead to. */
  targets: number;
  /** The hosts that are the site's own. */
  hosts: string[];
  /** By rule, the worst first; rules without findings are left out. */
  groups: AuditGroup[];
  /** Whether there is something at which to fail: `failOn`, else an error. */
  fails: boolean;
  /** What the command said beside this. */
  messages: Message[];
}

/**
 * Audits a site: its folder, which is compiled in memory, or a manifest, then with `dist`.
 *
 * @throws TrailmarkError `command-failed` if the site can't be audited. That something was found is no error: see `fails`.
 */
export async function audit(site: string, options: AuditOptions = {}): Promise<AuditReport> {
  const finished = await run(auditArguments(site, options), options);
  if (finished.status > 1) throw failed('audit', finished);
  const report = parseJson<Omit<AuditReport, 'fails' | 'messages'>>('audit', finished.stdout);
  return { ...report, fails: finished.status === 1, messages: messages(finished.lines) };
}

/** The command line for these options. */
export function auditArguments(site: string, options: AuditOptions): string[] {
  const each = (name: string, values: string | readonly string[] | undefined): string[] => listed(values).map((value) => `${name}=${value}`);
  return [
    'audit',
    '--format=json',
    ...each('--dist', options.dist),
    ...each('--site', options.site),
    ...each('--fail-on', options.failOn),
    ...each('--allow', options.allow),
    ...each('--only', options.only),
    ...each('--ignore-file', options.ignoreFile),
    ...each('--limit', options.limit === undefined ? undefined : String(options.limit)),
    ...siteArguments(options),
    '--',
    site,
  ];
}

const listed = (values: string | readonly string[] | undefined): readonly string[] =>
  values === undefined ? [] : typeof values === 'string' ? [values] : values;
