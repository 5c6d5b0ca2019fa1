// Elements without markup: every text from outside goes in as text, with what would disturb its neighbours made visible.

type Child = Node | string | number | null | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | null | undefined | ((event: never) => void)>>;

/** Makes an element. Attributes that begin with `on` are listeners; `class` and `aria-*` are what they are called. */
export function h<K extends keyof HTMLElementTagNameMap>(
  name: K, attributes: Attributes = {}, ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(key.slice(2), value as EventListener);
    else element.setAttribute(key, value === true ? '' : String(value));
  }
  append(element, children);
  return element;
}

function append(element: Element, children: readonly (Child | readonly Child[])[]): void {
  for (const child of children.flat() as Child[]) {
    if (child === null || child === undefined || child === false) continue;
    element.append(typeof child === 'object' ? child : String(child));
  }
}

/** Puts other children into an element. */
export function fill(element: Element, ...children: readonly (Child | readonly Child[])[]): void {
  element.replaceChildren();
  append(element, children);
}

/** Controls, and what changes the direction or the lines of text; as `is_unprintable` in `cli/src/output.rs`. */
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** A text from outside, with characters that could mislead the reader spelled out. */
export function shown(text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

/** A path, a URL, a rule: in the font for such. */
export function code(text: string, attributes: Attributes = {}): HTMLElement {
  return h('code', { dir: 'ltr', ...attributes }, shown(text));
}

/** The element of the page with this id. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as T;
}

const numbers = new Intl.NumberFormat('en');

/** A number with its thousands apart. */
export const grouped = (number: number): string => numbers.format(number);

/** A number with its noun. */
export const count = (number: number, noun: string): string => `${grouped(number)} ${noun}${number === 1 ? '' : 's'}`;

/** A size for people. */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = size;
  let unit = -1;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit] as string}`;
}

/** The class that gives a status its colour. */
export function statusClass(status: number): string {
  return `status s${Math.floor(status / 100)}`;
}

/** A status as a badge. */
export const badge = (status: number): HTMLElement => h('span', { class: statusClass(status) }, status);

/** A table with a caption and a head. Cells that are numbers stand on the right. */
export function table(caption: string, heads: readonly string[], rows: readonly (readonly Child[])[]): HTMLElement {
  const cell = (child: Child): HTMLElement => h('td', typeof child === 'number' ? { class: 'number' } : {}, typeof child === 'number' ? grouped(child) : child);
  return h('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    h('table', {},
      h('caption', {}, caption),
      h('thead', {}, h('tr', {}, heads.map((head, index) => h('th', { scope: 'col', class: typeof rows[0]?.[index] === 'number' ? 'number' : null }, head)))),
      h('tbody', {}, rows.map((row) => h('tr', {}, row.map(cell))))));
}

/** A list that shows its beginning, and more at a button. */
export function growing(element: HTMLElement, length: number, make: (index: number) => Node, step = 50): HTMLElement {
  let done = 0;
  const more = h('button', { type: 'button', class: 'more', onclick: () => grow() });
  const grow = (): void => {
    const end = Math.min(length, done + step);
    const hadFocus = document.activeElement === more;
    let first: Node | null = null;
    for (; done < end; done += 1) {
      const made = make(done);
      first ??= made;
      element.append(made);
    }
    more.hidden = done >= length;
    more.textContent = `Show ${grouped(Math.min(step, length - done))} more of ${grouped(length - done)}`;
    if (hadFocus && more.hidden && first instanceof HTMLElement) {
      first.tabIndex = -1;
      first.focus();
    }
  };
  grow();
  return h('div', {}, element, more);
}
