// The files of the site in arrays: no object a file. They stand folder by folder, so a folder is a range.

import type { Data } from './data.js';

/** Some of the files, in order: all of them, or those that a filter leaves. */
export interface View {
  /** Indexes of files. */
  readonly files: Uint32Array;
  /** The sum of the sizes before each; one more than there are files. */
  readonly sizes: Float64Array;
  /** The same of findings. */
  readonly findings: Uint32Array;
}

/** A row of the tree: a file, or a folder, which is a range of a view. */
export interface Node {
  readonly name: string;
  /** The path; of a folder with a slash at its end. */
  readonly path: string;
  /** From 1. */
  readonly depth: number;
  readonly isFolder: boolean;
  readonly start: number;
  readonly end: number;
}

export class Files {
  readonly paths: readonly string[];
  readonly sizes: readonly number[];
  readonly types: readonly string[];
  readonly base: string;
  readonly #typeOf: readonly number[];
  readonly #findings: Uint32Array;
  readonly #indexes: Map<string, number> = new Map();

  constructor(data: Data) {
    this.paths = data.paths === '' ? [] : data.paths.split('\0');
    this.sizes = data.sizes;
    this.types = data.types;
    this.base = data.base;
    this.#typeOf = data.type_of;
    this.#findings = new Uint32Array(this.paths.length);
  }

  get length(): number {
    return this.paths.length;
  }

  type(file: number): string {
    return this.types[this.#typeOf[file] as number] ?? '';
  }

  isPage(file: number): boolean {
    return this.type(file).startsWith('text/html');
  }

  /** The file with this path. The first question makes an index of all. */
  find(path: string): number | undefined {
    if (this.#indexes.size === 0) this.paths.forEach((name, index) => this.#indexes.set(name, index));
    return this.#indexes.get(path);
  }

  /** Notes a finding in a file. */
  mark(path: string): void {
    const file = this.find(path);
    if (file !== undefined) this.#findings[file] = (this.#findings[file] as number) + 1;
  }

  findings(file: number): number {
    return this.#findings[file] as number;
  }

  /** The files whose path contains a text, in any case; all if it is empty. O(length of all paths). */
  view(text = ''): View {
    const wanted = text.toLowerCase();
    const found: number[] = [];
    for (let file = 0; file < this.paths.length; file += 1) {
      if (wanted === '' || (this.paths[file] as string).toLowerCase().includes(wanted)) found.push(file);
    }
    const files = Uint32Array.from(found);
    const sizes = new Float64Array(files.length + 1);
    const findings = new Uint32Array(files.length + 1);
    files.forEach((file, at) => {
      sizes[at + 1] = (sizes[at] as number) + (this.sizes[file] as number);
      findings[at + 1] = (findings[at] as number) + (this.#findings[file] as number);
    });
    return { files, sizes, findings };
  }

  /** What is in a folder: its folders, then its files. O(files below it). */
  children(view: View, folder: Node): Node[] {
    const folders: Node[] = [];
    const own: Node[] = [];
    const { length } = folder.path;
    const depth = folder.depth + 1;
    let at = folder.start;
    while (at < folder.end) {
      const path = this.paths[view.files[at] as number] as string;
      const slash = path.indexOf('/', length);
      if (slash < 0) {
        own.push({ name: path.slice(length), path, depth, isFolder: false, start: at, end: at + 1 });
        at += 1;
        continue;
      }
      const prefix = path.slice(0, slash + 1);
      const start = at;
      while (at < folder.end && (this.paths[view.files[at] as number] as string).startsWith(prefix)) at += 1;
      folders.push({ name: path.slice(length, slash), path: prefix, depth, isFolder: true, start, end: at });
    }
    return folders.concat(own);
  }

  /** The top of a view. */
  root(view: View): Node {
    return { name: '/', path: '/', depth: 0, isFolder: true, start: 0, end: view.files.length };
  }

  /** The URL path at which the file is, by its name. */
  url(path: string): string {
    return (this.base + path).split('/').map(encodeURIComponent).join('/');
  }

  /** The forms in which somebody may ask for a page; of any other file, its own path. */
  forms(file: number): string[] {
    const path = this.paths[file] as string;
    const stem = stemOf(path);
    if (!this.isPage(file) || stem === null) return [this.url(path)];
    const at = this.url(stem);
    const forms = at === '' ? ['/', '/index', '/index/', '/index.html'] : ['', '/', '.html', '.html/', '/index', '/index/', '/index.html'];
    const all = forms.map((form) => at + form);
    return all.includes(this.url(path)) ? all : [...all, this.url(path)];
  }
}

function stemOf(path: string): string | null {
  if (path.endsWith('/index.html')) return path.slice(0, -'/index.html'.length);
  return path.endsWith('.html') ? path.slice(0, -'.html'.length) : null;
}
