// The site as a map: the area of a folder or file is its size. One level at a time, so there are few elements.

import { bytes, count, fill, h, shown } from './dom.js';
import type { Files, Node, View } from './site.js';

/** So many pieces are drawn; the rest is one. */
const MOST = 60;

interface Piece {
  readonly node: Node | null;
  readonly name: string;
  readonly size: number;
}

/** A map of the whole site, into whose folders one can go. `open` shows a file in the tree. */
export function treemap(files: Files, open: (path: string) => void): HTMLElement {
  const view = files.view();
  const map = h('ul', { class: 'map', 'aria-label': 'Map of sizes' });
  const way = h('p', { class: 'way' });
  const show = (trail: readonly Node[]): void => {
    const here = trail[trail.length - 1] as Node;
    fill(way, trail.flatMap((node, index) => [
      index === trail.length - 1 ? h('strong', {}, shown(node.name)) : h('button', { type: 'button', class: 'link', onclick: () => show(trail.slice(0, index + 1)) }, shown(node.name)),
      index < trail.length - 1 && node.name !== '/' ? ' / ' : ' ',
    ]), h('span', { class: 'dim' }, `${bytes(sizeOf(view, here))} in ${count(here.end - here.start, 'file')}`));
    draw(map, piecesOf(files, view, here), (node) => {
      if (!node.isFolder) return open(node.path);
      show([...trail, node]);
      map.querySelector<HTMLElement>('button')?.focus();
    });
  };
  show([files.root(view)]);
  return h('div', {}, way, map);
}

const sizeOf = (view: View, node: Node): number => (view.sizes[node.end] as number) - (view.sizes[node.start] as number);

function piecesOf(files: Files, view: View, folder: Node): Piece[] {
  const all = files.children(view, folder).map((node) => ({ node, name: node.isFolder ? `${node.name}/` : node.name, size: sizeOf(view, node) }));
  all.sort((a, b) => b.size - a.size);
  const pieces: Piece[] = all.slice(0, MOST).filter((piece) => piece.size > 0);
  const rest = all.slice(MOST);
  const size = rest.reduce((sum, piece) => sum + piece.size, 0);
  if (size > 0) pieces.push({ node: null, name: `${count(rest.length, 'other')}`, size });
  return pieces.sort((a, b) => b.size - a.size);
}

/** Halves the space again and again, along the longer side. */
function draw(map: HTMLElement, pieces: readonly Piece[], choose: (node: Node) => void): void {
  const made: HTMLElement[] = [];
  const place = (some: readonly Piece[], x: number, y: number, w: number, hgt: number): void => {
    const [first] = some;
    if (first === undefined) return;
    if (some.length === 1) {
      made.push(piece(first, x, y, w, hgt, choose));
      return;
    }
    const total = some.reduce((sum, { size }) => sum + size, 0);
    let split = 1;
    let sum = first.size;
    while (split < some.length - 1 && sum + (some[split] as Piece).size / 2 < total / 2) sum += (some[split++] as Piece).size;
    const share = sum / total;
    // The map is twice as wide as it is high.
    if (w * 2 >= hgt) {
      place(some.slice(0, split), x, y, w * share, hgt);
      place(some.slice(split), x + w * share, y, w * (1 - share), hgt);
    } else {
      place(some.slice(0, split), x, y, w, hgt * share);
      place(some.slice(split), x, y + hgt * share, w, hgt * (1 - share));
    }
  };
  place(pieces, 0, 0, 100, 100);
  fill(map, made);
}

function piece({ node, name, size }: Piece, x: number, y: number, w: number, hgt: number, choose: (node: Node) => void): HTMLElement {
  const label = `${shown(name)}, ${bytes(size)}`;
  const inner = node === null
    ? h('span', { class: 'piece rest', title: label }, label)
    : h('button', { type: 'button', class: `piece ${node.isFolder ? 'folder' : 'file'}`, title: label, onclick: () => choose(node) }, h('bdi', {}, shown(name)), ' ', h('span', {}, bytes(size)));
  const item = h('li', {}, inner);
  Object.assign(item.style, { left: `${x}%`, top: `${y}%`, width: `${w}%`, height: `${hgt}%` });
  return item;
}
