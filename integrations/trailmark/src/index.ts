/**
 * Trailmark for programs in JavaScript: compile a site's build output into a manifest, and ask it what any URL answers.
 * What works out the answers is the `trailmark` program, which this package brings along.
 */

export {
  audit,
  AUDIT_LEVELS,
  AUDIT_RULES,
  type AuditFinding,
  type AuditGroup,
  type AuditLevel,
  type AuditOptions,
  type AuditPlace,
  type AuditReport,
  type AuditRule,
  type AuditSettings,
  type FailOn,
} from './audit.js';
export { BINARY_VARIABLE, binaryPath } from './binary.js';
export { TrailmarkError, type TrailmarkErrorCode, type TrailmarkErrorDetails } from './error.js';
export {
  CLOUDFLARE_NAMES,
  type CloudflareName,
  compile,
  type CompileOptions,
  type CompileSummary,
  HTML_HANDLINGS,
  type HtmlHandling,
  NOT_FOUND_HANDLINGS,
  type NotFoundHandling,
  type Origin,
  PLATFORM_NAMES,
  type PlatformName,
  type SiteOptions,
  type Warning,
} from './compile.js';
export { report, type ReportOptions } from './report.js';
export { resolve, type Answer, type AssetsAnswer, type Refusal, type Request, type WorkerAnswer } from './resolve.js';
export { type Message, type RunOptions } from './run.js';
export { type Difference, type Verdict, verify } from './verify.js';
export { VERSION } from './version.js';
