/** `compile()`: a site's folder in, a manifest beside it out; the summary of `trailmark compile --format json`. */

import { failed, type Message, messages, parseJson, run, type RunOptions } from './run.js';

/** The platforms whose answers can be reproduced. Of all but the first two, the files alone are asked: see docs/HOSTS.md. */
export const PLATFORM_NAMES = [
  'workers', 'pages',
  'github-pages', 'netlify', 'netlify:pretty-urls=off', 'vercel', 'vercel:trailing-slash=false',
  'vercel:trailing-slash=true', 'vercel:clean-urls', 'vercel:clean-urls+trailing-slash=false',
  'vercel:clean-urls+trailing-slash=true', 'azure', 'azure:trailing-slash=auto', 'azure:trailing-slash=always',
  'azure:trailing-slash=never', 'firebase', 'firebase:trailing-slash=false', 'firebase:trailing-slash=true',
  'firebase:clean-urls', 'firebase:clean-urls+trailing-slash=false', 'firebase:clean-urls+trailing-slash=true',
  'render', 'gitlab-pages', 's3-website', 'nginx', 'nginx:try-files', 'caddy',
] as const;
/** Those of Cloudflare, which integrations for frameworks are about. */
export const CLOUDFLARE_NAMES = ['workers', 'pages'] as const;
/** Which URLs lead to a page (Workers only). */
export const HTML_HANDLINGS = ['auto-trailing-slash', 'force-trailing-slash', 'drop-trailing-slash', 'none'] as const;
/** What a path gets that nothing answers (Workers only). */
export const NOT_FOUND_HANDLINGS = ['404-page', 'single-page-application', 'none'] as const;

export type PlatformName = (typeof PLATFORM_NAMES)[number];
export type CloudflareName = (typeof CLOUDFLARE_NAMES)[number];
export type HtmlHandling = (typeof HTML_HANDLINGS)[number];
export type NotFoundHandling = (typeof NOT_FOUND_HANDLINGS)[number];

/** How a site is served. What is left out is for the command to decide: a `wrangler.jsonc`, then its defaults. */
export interface SiteOptions {
  /** The path that the site is mounted at, as in `/docs`; requests outside it are not found. */
  base?: string | undefined;
  platform?: PlatformName | undefined;
  htmlHandling?: HtmlHandling | undefined;
  notFoundHandling?: NotFoundHandling | undefined;
  /** The `wrangler.jsonc`, `.json` or `.toml` to go by; `false` for none, even if there is one. */
  config?: string | false | undefined;
  /** The environment of the configuration file. */
  env?: string | undefined;
}

/** What is compiled, and how. */
export interface CompileOptions extends SiteOptions, RunOptions {
  /** The folder that the site's build wrote. */
  dist: string;
  /** Where the manifest goes. By default beside the folder: `dist.trailmark`. */
  output?: string | undefined;
  /** Takes warnings and notes for errors. */
  strict?: boolean | undefined;
  /** Where the hashes of files are kept between runs; `false` for nowhere. By default beside the manifest. */
  cache?: string | false | undefined;
  /** Threads that read and hash; by default one for each processor. */
  threads?: number | undefined;
}

/** Where a value comes from. */
export type Origin = 'command-line' | 'config' | 'platform-default' | 'assumed';

/** Something that the owner of a site may not have meant. */
export interface Warning {
  /** What it is about: `misplaced-not-found-page`, `redirect-chain`, ... */
  kind: string;
  severity: 'warning' | 'information';
  /** The file that it is about, if it is about one. */
  file: string | null;
  /** Its line, counted from 1. */
  line: number | null;
  message: string;
}

/** What became of a site, as `trailmark compile --format json` prints it. */
export interface CompileSummary {
  dist: string;
  manifest: string;
  /** Of the manifest, in hexadecimal. */
  sha256: string;
  config: string | null;
  /** The path that the site is mounted at; `/` for the root. */
  base: string;
  platform: PlatformName;
  /** null for all but Workers, since the others have no such option. */
  html_handling: HtmlHandling | null;
  not_found_handling: NotFoundHandling | null;
  files: number;
  bytes: number;
  hashed: number;
  hashed_bytes: number;
  from_cache: number;
  cache_note: string | null;
  excluded: number;
  pages: number;
  /** Paths with a stored answer: those that serve a file and those that redirect. */
  routes: number;
  serves: number;
  redirects: number;
  not_found_pages: number;
  manifest_bytes: number;
  /** How long each stage took, seconds. */
  seconds: Record<'scan' | 'hash' | 'resolve' | 'index' | 'encode' | 'check', number>;
  write_seconds: number;
  redirect_rules: number;
  header_rules: number;
  has_script: boolean;
  peak_memory_bytes: number | null;
  origins: Record<'platform' | 'html_handling' | 'not_found_handling', Origin>;
  warnings: Warning[];
  config_warnings: string[];
  /** Notes and warnings as the command tells them to people, at most twenty of a kind. */
  messages: Message[];
}

/**
 * Compiles a folder. The manifest is put in its place in one step; where anything goes wrong nothing is changed.
 *
 * @throws TrailmarkError `command-failed` with what the command said (no such folder, no permission, strict and something to
 * complain of), or what `binaryPath` throws.
 */
export async function compile(options: CompileOptions): Promise<CompileSummary> {
  const finished = await run(compileArguments(options), options);
  if (finished.status !== 0) throw failed('compile', finished);
  const summary = parseJson<Omit<CompileSummary, 'messages'>>('compile', finished.stdout);
  return { ...summary, messages: messages(finished.lines) };
}

/** The command line for these options. */
export function compileArguments(options: CompileOptions): string[] {
  const args = ['compile', '--format', 'json'];
  const add = (name: string, value: string | number | undefined): void => {
    // In one word, so that a value that begins with a dash is no option.
    if (value !== undefined) args.push(`${name}=${value}`);
  };
  add('--output', options.output);
  args.push(...siteArguments(options));
  if (options.strict === true) args.push('--strict');
  if (options.cache === false) args.push('--no-cache');
  else add('--cache', options.cache);
  add('--threads', options.threads);
  args.push('--', options.dist);
  return args;
}

/** The part of a command line that says how the site is served. */
export function siteArguments(options: SiteOptions): string[] {
  const values: [string, string | undefined][] = [
    ['--base', options.base],
    ['--platform', options.platform],
    ['--html-handling', options.htmlHandling],
    ['--not-found-handling', options.notFoundHandling],
    ['--config', options.config === false ? undefined : options.config],
    ['--env', options.env],
  ];
  const named = values.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value}`);
  return options.config === false ? [...named, '--no-config'] : named;
}
