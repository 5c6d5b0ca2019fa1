// `npm run bench`: measures, and writes the tables into `docs/ISOLATES.md`. With `--print` only prints them.

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';

import { compile } from '../test/kit/site.mjs';
import { oraclePackage } from '../test/kit/workerd.mjs';
import { opening, starting } from './cold.mjs';
import { lookups } from './lookup.mjs';
import { factsOf, filesOf } from './site.mjs';
import { inWorkerd } from './workerd.mjs';

const { values } = parseArgs({ options: { print: { type: 'boolean' }, sizes: { type: 'string', default: '1000,10000,100000' } } });
const PAGE = new URL('../../../docs/ISOLATES.md', import.meta.url);
const [BEGIN, END] = ['<!-- figures: `cargo xtask wasm --bench` -->', '<!-- end of figures -->'];

const sites = values.sizes.split(',').map(Number).map((pages) => {
  console.error(`a site of ${pages} pages`);
  const files = filesOf(pages);
  const manifest = compile(Object.fromEntries(files.map((file) => [file.slice(1), file])), '--not-found-handling', '404-page', '--no-cache', '--quiet');
  return { pages, files, facts: files.map(factsOf), manifest };
});

const wasm = readFileSync(new URL('../dist/trailmark.wasm', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('./package.json', await folderOf('workerd')), 'utf8'));
const parts = [
  `Node ${process.versions.node}, workerd ${version}; ${cpus().length} cores, ${cpus()[0]?.model.trim()}. trailmark.wasm: ${size(wasm.length)}, with gzip ${size(gzipSync(wasm, { level: 9 }).length)}.`,
  '### Answers in Node', table(await told('Node', () => lookups(sites))),
  '### Answers in workerd', table(await told('workerd', () => inWorkerd(sites))),
  '### Start', table(opening(sites)), table(await told('cold starts', () => starting(sites.find(({ pages }) => pages === 10_000) ?? sites[0]))),
];
const text = parts.join('\n\n');

if (values.print) {
  console.log(text);
} else {
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (after === undefined) throw new Error(`docs/ISOLATES.md has no place for figures: ${BEGIN} ... ${END}`);
  writeFileSync(PAGE, `${before}${BEGIN}\n${text}\n${END}${after}`);
  console.error('docs/ISOLATES.md written');
}
process.exit(0);

async function folderOf(name) {
  const { createRequire } = await import('node:module');
  const { pathToFileURL } = await import('node:url');
  const { ORACLE } = await import('../test/kit/workerd.mjs');
  oraclePackage('miniflare');
  const require = createRequire(createRequire(ORACLE).resolve('miniflare'));
  return pathToFileURL(require.resolve(`${name}/package.json`));
}

async function told(what, measure) {
  console.error(`measuring: ${what}`);
  return measure();
}

function size(bytes) {
  return `${bytes.toLocaleString('en')} bytes`;
}

function table({ head, rows }) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, column) => (column === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}
