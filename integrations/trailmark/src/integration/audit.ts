/** The audit of a site that a framework has just built: run, told in few lines, and made an error where it is to fail the build. */

import {
  audit,
  AUDIT_LEVELS,
  AUDIT_RULES,
  type AuditFinding,
  type AuditGroup,
  type AuditPlace,
  type AuditReport,
  type AuditSettings,
  type FailOn,
} from '../audit.js';
import { TrailmarkError } from '../error.js';
import { aString, type Check, checkOptions, oneOf } from './options.js';
import { count, shortPath } from './summary.js';

/** Findings of each rule that are shown. */
const SHOWN = 3;

/** What is audited. */
export interface BuiltSite {
  manifest: string;
  dist: string;
  /** The folder of the project. */
  cwd: string;
  /** What the user set; `true` for the defaults. */
  settings: AuditSettings | true;
  /** Where the site is deployed, as the framework's own configuration says; settings win. */
  site?: string | undefined;
  /** Whether warnings fail the build, unless `failOn` says otherwise. */
  strict: boolean;
}

/** What there is to say. */
export interface AuditTold {
  /** A text for each rule with errors or warnings, several lines long. */
  warnings: string[];
  notes: string[];
  /** The build is to fail. */
  failure: TrailmarkError | undefined;
}

/** Checks the value of an option `audit`. */
export function anAudit(owner: string): Check {
  return (value) => {
    if (typeof value === 'boolean') return undefined;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'true, false, or an object';
    checkOptions(`${owner}: audit`, value, {
      site: oneOrMore(aString),
      failOn: oneOrMore(oneOf(...AUDIT_LEVELS, ...AUDIT_RULES, 'never')),
      allow: oneOrMore(oneOf(...AUDIT_RULES)),
      only: oneOrMore(oneOf(...AUDIT_RULES)),
      ignoreFile: aString,
    });
    return 'allow' in value && 'only' in value ? 'an object with `allow` or `only`, not both' : undefined;
  };
}

const oneOrMore =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) ? value.map(check).find((wanted) => wanted !== undefined) : check(value);

/**
 * Audits it.
 *
 * @throws TrailmarkError if it can't be audited; findings are told, not thrown
 */
export async function auditBuilt({ manifest, dist, cwd, settings, site, strict }: BuiltSite): Promise<AuditTold> {
  const given: AuditSettings = settings === true ? {} : settings;
  const failOn = given.failOn ?? (strict ? 'warning' : 'never');
  const options = { ...given, site: given.site ?? webAddress(site), failOn };
  const report = await audit(manifest, { ...options, dist, cwd, limit: SHOWN, config: undefined });
  const again = `npx trailmark audit ${shortPath(manifest, cwd)} --dist ${shortPath(dist, cwd)}`;
  return {
    warnings: report.groups.filter(({ level }) => level !== 'note').map((group) => described(group, shortPath(dist, cwd))),
    notes: [...report.messages.filter(({ level }) => level === 'warning').map(({ text }) => text), ...summary(report, again)],
    failure: report.fails ? failure(report, failOn, again) : undefined,
  };
}

/** What a framework calls the site's URL may be no such thing. */
const webAddress = (url: string | undefined): string | undefined => (url !== undefined && /^https?:\/\/[^/]/.test(url) ? url : undefined);

function summary({ pages, links, groups }: AuditReport, again: string): string[] {
  const read = `audit: ${count(pages, 'page')}, ${count(links.internal + links.same_page, 'link')} inside the site`;
  if (groups.length === 0) return [`${read}; nothing to complain of`];
  const notes = groups.filter(({ level }) => level === 'note').map((group) => `${group.rule} (${howMany(group)})`);
  return [`${read}${notes.length === 0 ? '' : `; notes: ${notes.join(', ')}`}; all findings: ${again}`];
}

/** A rule's findings, those with most links first. */
function described(group: AuditGroup, dist: string): string {
  const rest = group.count - group.findings.length;
  return [
    `audit: ${group.level} ${group.rule}: ${group.summary}: ${howMany(group)}`,
    ...group.findings.map((finding) => `  ${line(finding, dist)}`),
    ...(rest > 0 ? [`  and ${rest.toLocaleString('en-US')} more`] : []),
    `  ${group.advice}`,
  ].join('\n');
}

/** Rules whose findings are pages, not links. */
const OF_PAGES = new Set(['orphan-page', 'canonical-missing', 'unreadable', 'mixed-forms']);

function howMany({ rule, count: found, links, in_files }: AuditGroup): string {
  if (OF_PAGES.has(rule)) return count(found, 'page');
  const all = `${count(links, 'link')} to ${count(found, 'target')}`;
  return in_files === null ? all : `${all}, in ${count(in_files, 'file')}`;
}

function line({ target, fix, detail, links, places }: AuditFinding, dist: string): string {
  const [first] = places;
  const where = first === undefined ? '' : `${links > 1 ? `${count(links, 'link')}, the first in ` : ''}${place(first, dist)}`;
  return shown([target, fix === undefined ? '' : `write ${fix}`, detail ?? '', where].filter((part) => part !== '').join('  '));
}

const place = ({ file, line: row, column }: AuditPlace, dist: string): string =>
  `${dist.replaceAll('\\', '/')}${file}${row === undefined ? '' : `:${row}${column === undefined ? '' : `:${column}`}`}`;

/** Without what would move the cursor or turn text round. */
const shown = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);

function failure({ groups }: AuditReport, failOn: FailOn | readonly FailOn[], again: string): TrailmarkError {
  const all: readonly string[] = typeof failOn === 'string' ? [failOn] : failOn;
  const levels = AUDIT_LEVELS.filter((_, at) => AUDIT_LEVELS.slice(0, at + 1).some((level) => all.includes(level)));
  const fatal = groups.filter(({ rule, level }) => all.includes(rule) || levels.includes(level));
  return new TrailmarkError('audit-failed', `the audit found what \`failOn\` (${all.join(', ')}) takes for a failure: ${fatal.map((group) => `${group.rule} (${howMany(group)})`).join('; ')}`, {
    remedy: `Where, and what to write instead: ${again}\nWhat is meant so goes into .trailmark-audit, or its rule into \`allow\`.`,
  });
}
