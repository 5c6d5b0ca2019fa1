// What is known of one file: its URL, what each form of it answers, and what the audit found in it.

import { badge, bytes, code, count, fill, h, shown } from './dom.js';
import type { Data } from './data.js';
import type { Routes } from './routes.js';
import type { Files, Node } from './site.js';

export interface Context {
  readonly data: Data;
  readonly files: Files;
  readonly routes: Routes;
  /** Puts a URL into the box, and asks. */
  readonly ask: (url: string) => void;
}

/** A URL that can be asked for at a press. */
export function askable(context: Context, url: string): HTMLElement {
  return h('button', { type: 'button', class: 'link', onclick: () => context.ask(url) }, code(url));
}

/** Shows a file, or a folder. */
export function showDetails(context: Context, panel: HTMLElement, file: number | null, node: Node): void {
  fill(panel, file === null ? folder(context, node) : page(context, file));
}

function folder(context: Context, node: Node): HTMLElement[] {
  const url = context.files.url(node.path);
  return [h('h3', {}, code(node.path)), h('p', {}, count(node.end - node.start, 'file'), '. What somebody gets who asks for the folder:'), forms(context, [url, url.slice(0, -1)])];
}

function page(context: Context, file: number): (HTMLElement | null)[] {
  const { files, routes } = context;
  const path = files.paths[file] as string;
  const all = files.forms(file);
  const served = all.filter((form) => {
    const answer = routes.answer(form);
    return answer.status === 200 && answer.asset === path;
  });
  return [
    h('h3', {}, code(path)),
    h('p', {}, `${files.type(file) || 'no media type'}, ${bytes(files.sizes[file] as number)}. `,
      served.length === 0
        ? 'No URL of its own answers with it.'
        : h('span', {}, 'Served at ', served.flatMap((url, index) => [index > 0 ? ', ' : '', askable(context, url)]), '.')),
    h('h4', {}, 'Forms and where they lead'),
    forms(context, all),
    findings(context, path),
  ];
}

function forms(context: Context, urls: readonly string[]): HTMLElement {
  const row = (url: string): HTMLElement => {
    const answer = context.routes.answer(url);
    if (answer.to === 'worker') return h('tr', {}, h('td', {}, askable(context, url)), h('td', { colspan: 2 }, 'the script answers'));
    const leads = answer.location === null ? (answer.asset === null ? 'nothing' : code(answer.asset)) : h('span', {}, '→ ', code(answer.location));
    return h('tr', {},
      h('td', {}, askable(context, url)),
      h('td', {}, badge(answer.status), ' ', leads),
      h('td', {}, code(answer.rule, { class: 'dim' })));
  };
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'Forms' },
    h('table', {},
      h('thead', {}, h('tr', {}, ['URL', 'Answer', 'Rule'].map((head) => h('th', { scope: 'col' }, head)))),
      h('tbody', {}, urls.map(row))));
}

/** At most so many are shown here; the page of findings has all. */
const MOST = 30;

function findings({ data }: Context, path: string): HTMLElement | null {
  const items: HTMLElement[] = [];
  for (const group of data.audit?.groups ?? []) {
    for (const finding of group.findings) {
      for (const place of finding.places) {
        if (place.file !== path || items.length >= MOST) continue;
        items.push(h('li', {},
          h('span', { class: `level ${group.level}` }, group.level), ' ', group.rule, ': ', code(finding.target),
          place.line !== undefined && `, line ${place.line}`,
          finding.fix !== undefined && h('span', {}, '; write ', code(finding.fix)),
          finding.detail !== undefined && `; ${shown(finding.detail)}`));
      }
    }
  }
  return items.length === 0 ? null : h('section', {}, h('h4', {}, 'Findings in this file'), h('ul', {}, items));
}
