/**
 * The quick starts of the README, as steps. In a section, a block `sh` is a list of commands, a block whose first line is a comment with a path
 * is a file, and a block `console` shows commands (`$ ...`) with what they print; `...` stands for anything.
 */

const HEADING = /^### (.*)$/;
const FENCE = /^```(\w*).*$/;
const FILE = /^\/\/ ([\w./-]+)$/;

/**
 * @param {string} text a page
 * @param {string} name the heading of the section
 * @returns {Step[]}
 *
 * @typedef {{kind: 'run', commands: string} | {kind: 'write', path: string, text: string} | {kind: 'show', command: string,
 *   output: string[]}} Step
 */
export function steps(text, name) {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => HEADING.exec(line)?.[1] === name);
  if (start === -1) throw new Error(`there is no section "${name}"`);
  const length = lines.slice(start + 1).findIndex((line) => /^##/.test(line));
  return blocks(lines.slice(start + 1, start + 1 + length)).flatMap(stepsOf);
}

function blocks(lines) {
  const found = [];
  let open;
  for (const line of lines) {
    const fence = FENCE.exec(line);
    if (!fence) open?.lines.push(line);
    else if (open) open = undefined;
    else found.push((open = { language: fence[1], lines: [] }));
  }
  return found;
}

function stepsOf({ language, lines }) {
  if (language === 'sh') return [{ kind: 'run', commands: lines.join('\n') }];
  const path = FILE.exec(lines[0])?.[1];
  if (path) return [{ kind: 'write', path, text: `${lines.slice(1).join('\n')}\n` }];
  if (language !== 'console') throw new Error(`what is this block for? ${lines[0]}`);
  const shown = [];
  for (const line of lines) {
    if (line.startsWith('$ ')) shown.push({ kind: 'show', command: line.slice(2), output: [] });
    else shown.at(-1).output.push(line);
  }
  return shown;
}

/** Whether this was printed, where a line `...` stands for any number of lines, and `...` in a line for anything. */
export function matches(expected, printed) {
  const escape = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const line = (text) => text.split('...').map(escape).join('.*');
  const pattern = expected.map((text) => (text === '...' ? '(.*\\n)*' : `${line(text)}\\n`)).join('');
  return new RegExp(`^${pattern}$`).test(`${printed.trimEnd()}\n`);
}
