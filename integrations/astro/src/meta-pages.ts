/**
 * Pages that Astro writes in the place of redirects: of `redirects`, of `Astro.redirect()` in a page, of i18n's fallbacks. They hold a
 * meta refresh; the host answers them with status 200.
 */

import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A page that redirects. */
export interface MetaPage {
  /** In the output folder, with a slash in front: `/old/index.html`. */
  file: string;
  /** The route that it was written for, as far as Astro says: `/old`, `/posts/[slug]`. It does not for fallbacks. */
  pattern: string | undefined;
  to: string;
  /** Astro waits two seconds for a 302, and for nothing else. */
  temporary: boolean;
}

/** Such a page has some 300 bytes and its target three times; what is longer is hardly one, and not read. */
const LARGEST = 4 * 1024;
const META = /^<!doctype html>\s*<title>Redirecting to: [^]*?<meta http-equiv="refresh" content="(\d+);url=([^"]*)">/;
/** Not-found pages lead nowhere, even where a fallback makes a page with a meta refresh of one. */
const NOT_FOUND = /(^|[/\\])404([/\\]index)?\.html$/;

/** Finds them in the output folder. `assets` are the files that Astro wrote for its routes. */
export async function findMetaPages(assets: ReadonlyMap<string, readonly URL[]>, dist: string): Promise<MetaPage[]> {
  const patterns = new Map([...assets].flatMap(([pattern, urls]) => urls.map((url) => [fileURLToPath(url), pattern] as const)));
  const names = await readdir(dist, { recursive: true });
  const found: MetaPage[] = [];
  for (const name of names.filter((name) => name.endsWith('.html') && !NOT_FOUND.test(name)).sort()) {
    const path = join(dist, name);
    const match = META.exec(await textOf(path));
    if (match === null) continue;
    const file = `/${relative(dist, path).split(sep).join('/')}`;
    found.push({ file, pattern: patterns.get(path), to: match[2] ?? '', temporary: match[1] !== '0' });
  }
  return found;
}

/** Nothing for what is too large, or no file. */
async function textOf(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    return size > LARGEST ? '' : await readFile(path, 'utf8');
  } catch {
    return '';
  }
}

/** The URLs that lead to a page, without the base: `/old/` and `/old` for `/old/index.html` and for `/old.html`. */
export function urlsOf(file: string): string[] {
  const stem = file.replace(/(\/index)?\.html$/, '');
  return stem === '' ? ['/'] : [stem, `${stem}/`].map(encodePath);
}

/** As a browser sends it. */
const encodePath = (path: string): string => path.split('/').map((part) => encodeURIComponent(part).replace(/%(2[1-9A-C]|3[AD]|40)/g, unreserve)).join('/');
/** What a browser leaves alone in a path: `!'()*` are left by JavaScript too, these are not. */
const unreserve = (escaped: string): string => ("$&+,:;=@".includes(decodeURIComponent(escaped)) ? decodeURIComponent(escaped) : escaped);
