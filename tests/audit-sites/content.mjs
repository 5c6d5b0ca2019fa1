// Real Markdown for a site: the documentation that an npm package carries, laid out for a generator.
//
//     node content.mjs <docs folder of the package> <out folder>
//
// Comes out: plain Markdown (no MDX, so that one text does for all generators) with `title` and `description` in front. Numbers that
// order files are taken off their names, as the package's own site does; pages that only name another as their `source` get its text.
// Links are left as they are, so those that are wrong in the package are wrong here.

import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const [from, to] = process.argv.slice(2);

function* files(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (/\.mdx?$/.test(name) && !/^readme\./i.test(name)) yield path;
  }
}

const siteName = (path) => path.replace(/(^|\/)\d+-/g, '$1').replace(/\.mdx?$/, '.md');

/** `{front: {title, description, source}, body}`; only top-level strings are read. */
function parse(text) {
  const found = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?/.exec(text);
  const front = {};
  for (const line of (found?.[1] ?? '').split('\n')) {
    const pair = /^(title|description|source):\s*(.+)$/.exec(line);
    if (pair) front[pair[1]] = pair[2].trim().replace(/^(["'])([\s\S]*)\1$/, '$2');
  }
  return { front, body: text.slice(found?.[0].length ?? 0) };
}

/** Markdown of MDX: comments, imports and the tags of components go, what is between them stays. Code is left alone. */
function plain(body) {
  const parts = body.split(/(^\s*```[\s\S]*?^\s*```\s*$|`[^`\n]*`)/m);
  const text = (part) =>
    part
      .replace(/\{\/\*[\s\S]*?\*\/\}/g, '')
      .replace(/^(import|export) .*$/gm, '')
      .replace(/<\/?[A-Z][A-Za-z.]*(?:\s(?:[^<>"'{}]|"[^"]*"|'[^']*'|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\})*)?\/?>/g, '');
  return parts.map((part, place) => (place % 2 === 1 ? part : text(part))).join('');
}

const pages = new Map();
for (const path of files(from)) pages.set(siteName(relative(from, path)), parse(readFileSync(path, 'utf8')));

for (const [name, { front, body }] of pages) {
  const source = front.source && (pages.get(`${front.source}.md`) ?? pages.get(`${front.source}/index.md`));
  const text = plain(source ? source.body : body);
  const title = front.title ?? name.replace(/.*\/|\.md$/g, '');
  const head = [`title: ${JSON.stringify(title)}`];
  if (front.description) head.push(`description: ${JSON.stringify(front.description)}`);
  mkdirSync(dirname(join(to, name)), { recursive: true });
  writeFileSync(join(to, name), `---\n${head.join('\n')}\n---\n\n${text.trimStart()}`);
}
console.log(`${pages.size} pages`);
