/** The summary of a compilation in a few lines, for the log of a framework. */

import { relative, resolve } from 'node:path';

import type { CompileSummary } from '../compile.js';

/** What became of the site: a line for the manifest, one for how it is served, one for the routes. */
export function summaryLines(summary: CompileSummary, cwd: string = process.cwd()): string[] {
  const lines = [
    `${count(summary.files, 'file')} (${size(summary.bytes)}) -> ${shortPath(summary.manifest, cwd)} (${size(summary.manifest_bytes)})`,
    `answers as ${servedAs(summary, cwd)}`,
    `${count(summary.routes, 'path')} with an answer: ${grouped(summary.serves)} serve a file, ${grouped(summary.redirects)} redirect`,
  ];
  const rules = summary.redirect_rules + summary.header_rules;
  if (rules > 0) lines.push(`${count(summary.redirect_rules, 'rule')} of _redirects, ${grouped(summary.header_rules)} of _headers`);
  return lines;
}

/** How the site is served, and who said so. */
function servedAs(summary: CompileSummary, cwd: string): string {
  const { platform, html_handling, not_found_handling, origins, config } = summary;
  const at = summary.base === '/' ? '' : ` below ${summary.base}`;
  if (platform === 'pages') return `Cloudflare Pages${at}${config === null ? '' : ` (${shortPath(config, cwd)})`}`;
  if (platform !== 'workers') return `${platform}${at}`;
  const words = `Cloudflare Workers${at}: ${html_handling}, ${not_found_handling}`;
  if (config !== null) return `${words} (${shortPath(config, cwd)})`;
  const assumed = Object.values(origins).includes('assumed');
  return assumed ? `${words} (assumed: there is no wrangler.jsonc)` : words;
}

/** A path as one would write it in the working directory. */
export function shortPath(path: string, cwd: string = process.cwd()): string {
  const short = relative(cwd, resolve(cwd, path));
  return short === '' || short.startsWith('..') ? path : short;
}

/** A number with its unit: `1 file`, `1,200 files`. */
export const count = (number: number, unit: string): string => `${grouped(number)} ${unit}${number === 1 ? '' : 's'}`;

const grouped = (number: number): string => number.toLocaleString('en-US');

/** Bytes as people read them. */
function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return unit === 0 ? count(bytes, 'byte') : `${value.toFixed(1)} ${units[unit]}`;
}
