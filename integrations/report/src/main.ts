// The page: reads its data, shows what is asked for, opens the manifest.

import { startAsking } from './ask.js';
import { readData, type Data } from './data.js';
import { showDetails, type Context } from './details.js';
import { byId, bytes, code, count, fill, h, shown } from './dom.js';
import { showFindings } from './findings.js';
import { showNotFound, showRedirects, showSizes } from './lists.js';
import { Routes } from './routes.js';
import { Files } from './site.js';
import { startTheme } from './theme.js';
import { Tree } from './tree.js';

startTheme();
start().catch((error: unknown) => {
  const what = error instanceof Error ? error.message : String(error);
  fill(byId('state'), `The report can't be shown in this browser: ${shown(what)}`);
  byId('state').hidden = false;
});

async function start(): Promise<void> {
  const data = await readData();
  const files = new Files(data);
  for (const group of data.audit?.groups ?? []) {
    for (const finding of group.findings) finding.places.forEach((place) => files.mark(place.file));
  }
  showFacts(data, files);
  let pick: (file: number | null, node: Parameters<typeof showDetails>[3]) => void = () => {};
  const tree = new Tree(files, byId('tree'), (file, node) => pick(file, node));
  startFilter(tree, files);
  performance.mark('tree');

  const routes = await Routes.open();
  const ask = startAsking(data, routes);
  const context: Context = { data, files, routes, ask };
  pick = (file, node) => showDetails(context, byId('details'), file, node);
  const open = (path: string): void => {
    location.hash = '#site';
    const filter = byId<HTMLInputElement>('filter');
    filter.value = '';
    filter.dispatchEvent(new Event('input'));
    // The section must be there before anything in it can be scrolled to.
    show('site');
    tree.reveal(path);
    byId('tree').focus();
  };
  startSections({
    redirects: (section) => showRedirects(context, section),
    missing: (section) => showNotFound(context, section),
    findings: (section) => showFindings(context, section, open),
    sizes: (section) => showSizes(context, section, open),
  });
  byId('state').hidden = true;
  document.documentElement.dataset['ready'] = 'yes';
  performance.mark('ready');
}

function showFacts(data: Data, files: Files): void {
  let pages = 0;
  let size = 0;
  for (let file = 0; file < files.length; file += 1) {
    if (files.isPage(file)) pages += 1;
    size += files.sizes[file] as number;
  }
  const names: Readonly<Record<string, string>> = { pages: 'Cloudflare Pages', workers: 'Cloudflare Workers' };
  const platform = names[data.platform] ?? data.platform;
  const options = [data.html_handling, data.not_found_handling === null ? null : `not-found ${data.not_found_handling}`, data.base === '' ? null : `below ${shown(data.base)}`];
  fill(byId('facts'),
    h('span', {}, count(pages, 'page')), ' · ', h('span', {}, `${count(files.length, 'file')}, ${bytes(size)}`), ' · ',
    h('span', {}, [platform, ...options].filter((text) => text !== null).join(', ')),
    data.has_script ? ' · with a script in front' : '');
  const levels = { error: 0, warning: 0, note: 0 };
  for (const group of data.audit?.groups ?? []) levels[group.level] += group.count;
  fill(byId('counts'), (['error', 'warning', 'note'] as const).filter((level) => levels[level] > 0)
    .map((level) => h('span', { class: `level ${level}` }, count(levels[level], level))));
  fill(byId('made'), `trailmark ${data.version}; manifest of ${bytes(data.manifest_bytes)}, SHA-256 `, code(data.sha256));
}

function startFilter(tree: Tree, files: Files): void {
  const box = byId<HTMLInputElement>('filter');
  const number = byId('filtered');
  box.addEventListener('input', () => {
    const found = tree.filter(box.value);
    number.textContent = box.value === '' ? '' : `${count(found, 'file')} of ${count(files.length, 'file')}`;
  });
  box.disabled = false;
}

const SECTIONS = ['site', 'redirects', 'missing', 'findings', 'sizes'] as const;

/** Shows one section; the others are there, but hidden. */
function show(name: string): void {
  for (const id of SECTIONS) byId(id).hidden = id !== name;
  for (const link of document.querySelectorAll<HTMLAnchorElement>('nav a')) {
    if (link.hash === `#${name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
}

/** Each is made when it is first shown. */
function startSections(makers: Record<string, (section: HTMLElement) => void>): void {
  const go = (): void => {
    const name = location.hash.slice(1);
    // The link that skips the head leads to no section.
    if (!(SECTIONS as readonly string[]).includes(name)) return;
    show(name);
    const make = makers[name];
    if (make === undefined) return;
    delete makers[name];
    const body = byId(name).querySelector<HTMLElement>('.body');
    if (body !== null) make(body);
  };
  window.addEventListener('hashchange', go);
  go();
}
