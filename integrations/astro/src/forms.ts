/**
 * Whether the URLs that Astro writes are those at which the host serves its pages, or ones from which it redirects. Three tables:
 * which file Astro writes for a page, at which URL the host serves that file, and which URL Astro has for the page in its links.
 */

import type { HtmlHandling, PlatformName } from 'trailmark';

import type { BuildFormat, TrailingSlash } from './types.js';

/** A page's URL: `/about/`, `/about`, or that of its file. */
export type Form = 'slash' | 'no-slash' | 'file';
/** A page's file: `about/index.html`, or `about.html`. */
export type Layout = 'folder' | 'page';
/** A page of its own (`about.astro`), or the front page of a folder (`blog/index.astro`). The site's front page is `/` everywhere. */
export type Kind = 'page' | 'index';
/** What decides on the host. Pages has no choice. */
export type Handling = HtmlHandling | 'pages';

/** Which file Astro writes. */
export const LAYOUTS: Record<BuildFormat, Record<Kind, Layout>> = {
  directory: { page: 'folder', index: 'folder' },
  file: { page: 'page', index: 'page' },
  preserve: { page: 'page', index: 'folder' },
};

/** At which URL the host serves it, without a redirect. */
export const SERVED: Record<Handling, Record<Layout, Form>> = {
  'auto-trailing-slash': { folder: 'slash', page: 'no-slash' },
  'force-trailing-slash': { folder: 'slash', page: 'slash' },
  'drop-trailing-slash': { folder: 'no-slash', page: 'no-slash' },
  none: { folder: 'file', page: 'file' },
  pages: { folder: 'slash', page: 'no-slash' },
};

/** Which URL Astro has in mind; null where it goes by the page's file, so that either may be meant. */
const LINKED: Record<TrailingSlash, Record<BuildFormat, Form | null>> = {
  always: { directory: 'slash', file: 'slash', preserve: 'slash' },
  never: { directory: 'no-slash', file: 'no-slash', preserve: 'no-slash' },
  ignore: { directory: 'slash', file: 'no-slash', preserve: null },
};

/** The settings of both sides. */
export interface Settings {
  trailingSlash: TrailingSlash;
  format: BuildFormat;
  handling: Handling;
}

/** A kind of pages about which the two sides disagree. */
export interface Fight {
  kind: Kind;
  linked: Form;
  served: Form;
}

/** What decides on the host. */
export const handlingOf = (platform: PlatformName, htmlHandling: HtmlHandling | null): Handling =>
  platform === 'pages' ? 'pages' : (htmlHandling ?? 'auto-trailing-slash');

/** The kinds of pages about which the two sides disagree; none if all is well. */
export function fights({ trailingSlash, format, handling }: Settings): Fight[] {
  const kinds: readonly Kind[] = format === 'preserve' ? ['page', 'index'] : ['page'];
  const found = kinds.map((kind): Fight | undefined => {
    const served = SERVED[handling][LAYOUTS[format][kind]];
    // Where only files have a URL, no link without `.html` arrives, whatever is meant.
    const linked = LINKED[trailingSlash][format] ?? (served === 'file' ? 'no-slash' : served);
    return linked === served ? undefined : { kind, linked, served };
  });
  return found.filter((fight) => fight !== undefined);
}

const EXAMPLES: Record<Kind, Record<Form | Layout, string>> = {
  page: { slash: '/about/', 'no-slash': '/about', file: '/about.html', folder: 'about/index.html', page: 'about.html' },
  index: { slash: '/blog/', 'no-slash': '/blog', file: '/blog/index.html', folder: 'blog/index.html', page: 'blog.html' },
};

/** Says what happens and which one setting would end it; undefined if all is well. */
export function describeFights(settings: Settings): string | undefined {
  const found = fights(settings);
  if (found.length === 0) return undefined;
  const host = settings.handling === 'pages' ? 'Cloudflare Pages' : `html_handling ${settings.handling}`;
  const happens = found.map(({ kind, linked, served }) => {
    const example = EXAMPLES[kind];
    const file = example[LAYOUTS[settings.format][kind]];
    const end = served === 'file' ? 'is not found' : `costs a redirect to ${example[served]}`;
    return `Astro links to ${example[linked]}, which ${end}: the file is ${file}`;
  });
  return [
    `trailingSlash '${settings.trailingSlash}' with build.format '${settings.format}' fights ${host}:`,
    ...happens.map((line) => `  ${line}`),
    `  To end that: ${remedies(settings).join(', or ')}.`,
  ].join('\n');
}

/** Each single setting that would end it, by trying them all. */
function remedies(settings: Settings): string[] {
  const trailingSlashes: readonly TrailingSlash[] = ['always', 'never'];
  const formats: readonly BuildFormat[] = ['directory', 'file', 'preserve'];
  const handlings: readonly HtmlHandling[] = ['auto-trailing-slash', 'force-trailing-slash', 'drop-trailing-slash'];
  const tries: [string, Partial<Settings>][] = [
    ...trailingSlashes.map((value): [string, Partial<Settings>] => [`trailingSlash: '${value}'`, { trailingSlash: value }]),
    ...formats.map((value): [string, Partial<Settings>] => [`build: { format: '${value}' }`, { format: value }]),
    ...(settings.handling === 'pages' ? [] : handlings).map((value): [string, Partial<Settings>] => [
      `"html_handling": "${value}" in the wrangler configuration`,
      { handling: value },
    ]),
  ];
  return tries.filter(([, change]) => fights({ ...settings, ...change }).length === 0).map(([text]) => text);
}
