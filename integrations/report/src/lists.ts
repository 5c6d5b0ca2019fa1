// Redirects, places where nothing is, and sizes.

import { badge, bytes, code, count, fill, grouped, growing, h, shown, table } from './dom.js';
import type { Answer } from '../../runtime/src/types.js';
import { askable, type Context } from './details.js';
import type { Hop } from './routes.js';
import { treemap } from './treemap.js';

/** `_redirects`, and how many paths each rule of the platform answers. */
export function showRedirects(context: Context, section: HTMLElement): void {
  const { data } = context;
  const { redirects } = data;
  const list = h('ul', { class: 'plain' });
  const rule = (index: number): HTMLElement => {
    const { line, from, to, status } = redirects[index] as (typeof redirects)[number];
    const isPlain = from.startsWith('/') && !/[*:]/.test(from);
    return h('li', {}, h('span', { class: 'dim' }, `line ${line} `), isPlain ? askable(context, from) : code(from), ' ', badge(status), ' → ', code(to));
  };
  const rules = data.rules.filter((row) => row.paths > 0).sort((a, b) => b.paths - a.paths);
  fill(section,
    h('h3', {}, 'Rules of ', code('_redirects')),
    redirects.length === 0 ? h('p', {}, 'There are none.') : growing(list, redirects.length, rule, 100),
    h('h3', {}, 'Between the forms of a page, and all other stored answers'),
    table('Stored paths by the rule that answers them', ['Rule', 'Paths', 'What it does'],
      rules.map((row) => [code(row.name), row.paths, h('span', {}, row.summary.split('`').map((part, index) => (index % 2 === 1 ? code(part) : part)))])));
}

/** Which page answers where nothing is. */
export function showNotFound(context: Context, section: HTMLElement): void {
  const { files, routes } = context;
  const zones = new Set(['/']);
  for (const path of files.paths) if (path.endsWith('/404.html')) zones.add(path.slice(0, -'404.html'.length));
  const folders = [...zones].sort();
  const list = h('tbody');
  const zone = (index: number): HTMLElement => {
    const folder = folders[index] as string;
    const url = files.url(folder);
    const probe = `${url}${unused(files.paths, folder)}`;
    const answer = endOf(probe);
    const inside = folders.filter((other) => other !== folder && other.startsWith(folder)).length;
    return h('tr', {},
      h('td', {}, askable(context, probe), h('span', { class: 'dim' }, ` below ${shown(folder)}${inside === 0 ? '' : `, but for ${count(inside, 'folder')} with a page of its own`}`)),
      h('td', {}, answer.to === 'worker' ? 'the script answers' : [badge(answer.status), ' ', answer.asset === null ? 'without a body' : code(answer.asset)]),
      h('td', {}, answer.to === 'worker' ? '' : code(answer.rule, { class: 'dim' })));
  };
  const endOf = (url: string): Answer => {
    const { hops } = routes.follow(url);
    return (hops[hops.length - 1] as Hop).answer;
  };
  const grown = growing(list, folders.length, zone, 50);
  const more = [...grown.children].slice(1);
  fill(section,
    h('p', {}, 'What a visitor gets for a path that no file has. The nearest ', code('404.html'), ' going up answers, where the host is set to do so.'),
    h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Not-found zones' },
      h('table', {}, h('thead', {}, h('tr', {}, ['Asked', 'Answer', 'Rule'].map((head) => h('th', { scope: 'col' }, head)))), list)),
    ...more);
}

/** A name that nothing in the folder has. */
function unused(paths: readonly string[], folder: string): string {
  let name = 'no-such-page';
  while (paths.some((path) => path.startsWith(folder + name))) name += '-';
  return name;
}

/** Sizes by media type, and as a map. */
export function showSizes(context: Context, section: HTMLElement, open: (path: string) => void): void {
  const { files } = context;
  const sums = new Map<string, { files: number; size: number }>();
  let total = 0;
  for (let file = 0; file < files.length; file += 1) {
    const name = files.type(file).split(';')[0] || 'no media type';
    const sum = sums.get(name) ?? { files: 0, size: 0 };
    sum.files += 1;
    sum.size += files.sizes[file] as number;
    total += files.sizes[file] as number;
    sums.set(name, sum);
  }
  const rows = [...sums].sort(([, a], [, b]) => b.size - a.size);
  const bar = (share: number): HTMLElement => {
    const inner = h('span', { class: 'bar-in' });
    inner.style.width = `${share * 100}%`;
    return h('span', { class: 'bar', 'aria-hidden': 'true' }, inner);
  };
  fill(section,
    table(`${grouped(files.length)} files, ${bytes(total)}`, ['Media type', 'Files', 'Size', 'Share'],
      rows.map(([name, sum]) => [code(name), sum.files, bytes(sum.size),
        h('span', { class: 'share' }, bar(total === 0 ? 0 : sum.size / total), ` ${total === 0 ? 0 : (sum.size / total * 100).toFixed(1)} %`)])),
    h('h3', {}, 'Where the bytes are'),
    treemap(files, open));
}
