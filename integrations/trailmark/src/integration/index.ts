/** What the packages for frameworks share. For sites use `trailmark` itself; this may change with any version. */

export { anAudit, type AuditTold, auditBuilt, type BuiltSite } from './audit.js';
export { changedSince } from './changed.js';
export { aBoolean, aCount, aString, aStringOrFalse, type Check, checkOptions, nearestName, oneOf } from './options.js';
export { isDynamic, type Redirect, redirectLine, redirectLines, REDIRECT_STATUSES } from './redirects.js';
export { count, shortPath, summaryLines } from './summary.js';
export { ready } from '../run.js';
