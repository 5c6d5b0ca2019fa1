// The site as a tree, by the ARIA pattern for trees. Only the rows that are in sight are elements; all others are numbers.

import { bytes, count, fill, grouped, h, shown } from './dom.js';
import type { Files, Node, View } from './site.js';

/** As in the style sheet. */
const ROW = 28;
/** Rows beyond either edge that are there all the same. */
const MARGIN = 12;

/** A row with what its neighbours mean to it. */
interface Row extends Node {
  /** Among its siblings, from 1. */
  readonly position: number;
  readonly siblings: number;
}

export class Tree {
  readonly #files: Files;
  readonly #box: HTMLElement;
  readonly #inner: HTMLElement;
  readonly #choose: (file: number | null, node: Node) => void;
  #view: View;
  #rows: Row[] = [];
  #open = new Set<string>();
  #active = 0;
  #chosen = '';
  #typed = '';
  #typedAt = 0;

  /** `box` is the element that scrolls. `choose` is told of the file (or folder) that is looked at. */
  constructor(files: Files, box: HTMLElement, choose: (file: number | null, node: Node) => void) {
    this.#files = files;
    this.#box = box;
    this.#choose = choose;
    this.#view = files.view();
    this.#inner = h('div', { role: 'presentation', class: 'rows' });
    box.append(this.#inner);
    box.addEventListener('scroll', () => this.#draw(), { passive: true });
    box.addEventListener('keydown', (event) => this.#key(event));
    box.addEventListener('click', (event) => this.#click(event));
    new ResizeObserver(() => this.#draw()).observe(box);
    this.#reset();
  }

  /** Shows the files whose path contains a text; how many there are. */
  filter(text: string): number {
    this.#view = this.#files.view(text);
    this.#open.clear();
    this.#reset();
    // Few files are shown at once.
    if (text !== '' && this.#view.files.length <= 200) {
      for (let at = 0; at < this.#rows.length; at += 1) this.#expand(at);
      this.#draw();
    }
    return this.#view.files.length;
  }

  /** Opens the folders on the way to a path, and chooses it. */
  reveal(path: string): void {
    for (let at = 0; at < this.#rows.length; at += 1) {
      const row = this.#rows[at] as Row;
      if (row.path === path) {
        this.#go(at);
        this.#take(at);
        return;
      }
      if (row.isFolder && path.startsWith(row.path)) this.#expand(at);
    }
  }

  #reset(): void {
    this.#rows = this.#childrenOf(this.#files.root(this.#view));
    this.#active = 0;
    this.#box.scrollTop = 0;
    this.#draw();
  }

  #childrenOf(node: Node): Row[] {
    const children = this.#files.children(this.#view, node);
    return children.map((child, index) => ({ ...child, position: index + 1, siblings: children.length }));
  }

  #expand(at: number): void {
    const row = this.#rows[at];
    if (row === undefined || !row.isFolder || this.#open.has(row.path)) return;
    this.#open.add(row.path);
    const children = this.#childrenOf(row);
    this.#rows = this.#rows.slice(0, at + 1).concat(children, this.#rows.slice(at + 1));
  }

  #collapse(at: number): void {
    const row = this.#rows[at];
    if (row === undefined || !this.#open.delete(row.path)) return;
    let end = at + 1;
    for (; end < this.#rows.length && (this.#rows[end] as Row).depth > row.depth; end += 1) this.#open.delete((this.#rows[end] as Row).path);
    this.#rows.splice(at + 1, end - at - 1);
  }

  #draw(): void {
    const first = Math.max(0, Math.floor(this.#box.scrollTop / ROW) - MARGIN);
    const last = Math.min(this.#rows.length, Math.ceil((this.#box.scrollTop + this.#box.clientHeight) / ROW) + MARGIN);
    this.#inner.style.height = `${Math.max(1, this.#rows.length) * ROW}px`;
    const drawn: HTMLElement[] = [];
    for (let at = first; at < last; at += 1) drawn.push(this.#element(at));
    // What has the focus must exist, wherever it is.
    if (this.#active < first || this.#active >= last) {
      const active = this.#rows[this.#active] === undefined ? null : this.#element(this.#active);
      if (active !== null) drawn[this.#active < first ? 'unshift' : 'push'](active);
    }
    if (drawn.length === 0) {
      drawn.push(h('div', { class: 'row', role: 'treeitem' }, 'No such file'));
    }
    fill(this.#inner, drawn);
    const active = this.#rows[this.#active] === undefined ? null : `row-${this.#active}`;
    if (active === null) this.#box.removeAttribute('aria-activedescendant');
    else this.#box.setAttribute('aria-activedescendant', active);
  }

  #element(at: number): HTMLElement {
    const row = this.#rows[at] as Row;
    const isOpen = this.#open.has(row.path);
    const file = row.isFolder ? null : (this.#view.files[row.start] as number);
    const size = (this.#view.sizes[row.end] as number) - (this.#view.sizes[row.start] as number);
    const findings = (this.#view.findings[row.end] as number) - (this.#view.findings[row.start] as number);
    const kind = row.isFolder ? 'folder' : file !== null && this.#files.isPage(file) ? 'page' : 'file';
    const element = h('div', {
      id: `row-${at}`, class: `row ${kind}${at === this.#active ? ' active' : ''}`, role: 'treeitem',
      'aria-level': row.depth, 'aria-posinset': row.position, 'aria-setsize': row.siblings,
      'aria-expanded': row.isFolder ? String(isOpen) : null, 'aria-selected': String(row.path === this.#chosen),
      'data-at': at,
    },
      h('span', { class: 'mark', 'aria-hidden': 'true' }, row.isFolder ? (isOpen ? '▾' : '▸') : ''),
      h('span', { class: 'name' }, h('bdi', {}, shown(row.name)), row.isFolder ? '/' : ''),
      row.isFolder && h('span', { class: 'dim' }, ` ${count(row.end - row.start, 'file')}`),
      findings > 0 && h('span', { class: 'found', title: `places of findings: ${grouped(findings)}` }, grouped(findings), h('span', { class: 'hidden' }, ' findings')),
      h('span', { class: 'size dim' }, bytes(size)));
    element.style.top = `${at * ROW}px`;
    element.style.paddingInlineStart = `${(row.depth - 1) * 18 + 6}px`;
    return element;
  }

  #click(event: MouseEvent): void {
    const element = (event.target as Element).closest<HTMLElement>('[data-at]');
    if (element === null) return;
    const at = Number(element.dataset['at']);
    this.#go(at);
    this.#take(at);
    this.#toggle(at);
  }

  #toggle(at: number): void {
    const row = this.#rows[at];
    if (row === undefined || !row.isFolder) return;
    if (this.#open.has(row.path)) this.#collapse(at);
    else this.#expand(at);
    this.#draw();
  }

  #take(at: number): void {
    const row = this.#rows[at];
    if (row === undefined) return;
    this.#chosen = row.path;
    this.#draw();
    this.#choose(row.isFolder ? null : (this.#view.files[row.start] as number), row);
  }

  #go(at: number): void {
    if (this.#rows.length === 0) return;
    this.#active = Math.max(0, Math.min(this.#rows.length - 1, at));
    const top = this.#active * ROW;
    if (top < this.#box.scrollTop) this.#box.scrollTop = top;
    else if (top + ROW > this.#box.scrollTop + this.#box.clientHeight) this.#box.scrollTop = top + ROW - this.#box.clientHeight;
    this.#draw();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.#active;
    const row = this.#rows[at];
    if (row === undefined) return;
    const page = Math.max(1, Math.floor(this.#box.clientHeight / ROW) - 1);
    const keys: Record<string, () => void> = {
      ArrowDown: () => this.#go(at + 1),
      ArrowUp: () => this.#go(at - 1),
      PageDown: () => this.#go(at + page),
      PageUp: () => this.#go(at - page),
      Home: () => this.#go(0),
      End: () => this.#go(this.#rows.length - 1),
      ArrowRight: () => (row.isFolder && !this.#open.has(row.path) ? this.#toggle(at) : row.isFolder && this.#go(at + 1)),
      ArrowLeft: () => (row.isFolder && this.#open.has(row.path) ? this.#toggle(at) : this.#go(this.#parent(at))),
      Enter: () => {
        this.#take(at);
        this.#toggle(at);
      },
      ' ': () => this.#take(at),
      '*': () => this.#openSiblings(at),
    };
    const act = keys[event.key];
    if (act !== undefined) act();
    else if (event.key.length === 1) this.#type(event.key);
    else return;
    event.preventDefault();
  }

  #parent(at: number): number {
    const { depth } = this.#rows[at] as Row;
    let parent = at;
    while (parent > 0 && (this.#rows[parent] as Row).depth >= depth) parent -= 1;
    return (this.#rows[parent] as Row).depth < depth ? parent : at;
  }

  #openSiblings(at: number): void {
    const { depth, path } = this.#rows[at] as Row;
    const folder = path.slice(0, path.lastIndexOf('/', path.length - 2) + 1);
    for (let index = 0; index < this.#rows.length; index += 1) {
      const row = this.#rows[index] as Row;
      if (row.depth === depth && row.path.startsWith(folder)) this.#expand(index);
    }
    this.#go(this.#rows.findIndex((row) => row.path === path));
  }

  /** Letters lead to the next row that begins with them. */
  #type(letter: string): void {
    const now = performance.now();
    this.#typed = now - this.#typedAt < 700 ? this.#typed + letter.toLowerCase() : letter.toLowerCase();
    this.#typedAt = now;
    const from = this.#active + (this.#typed.length === 1 ? 1 : 0);
    for (let step = 0; step < this.#rows.length; step += 1) {
      const at = (from + step) % this.#rows.length;
      if ((this.#rows[at] as Row).name.toLowerCase().startsWith(this.#typed)) return this.#go(at);
    }
  }
}
