// What starting costs: the WebAssembly and the manifest alone, and a whole workerd with a Worker that has them, beside one that has not.

import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { ORACLE } from '../test/kit/workerd.mjs';
import { inTurns, median, ms } from './measure.mjs';

const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const STARTS = 21;

/** Compile, instantiate, open, first answer: each in a process that did nothing before. */
export function opening(sites) {
  const folder = mkdtempSync(path.join(tmpdir(), 'trailmark-first-'));
  try {
    const files = sites.map(({ pages, manifest }) => {
      const file = path.join(folder, `${pages}`);
      writeFileSync(file, manifest);
      return file;
    });
    const script = fileURLToPath(new URL('first.mjs', import.meta.url));
    const runs = Array.from({ length: STARTS }, () => JSON.parse(execFileSync(process.execPath, [script, ...files], { encoding: 'utf8' })));
    const times = runs[0].map((_, column) => ms(median(runs.map((run) => run[column]))));
    const rows = [['compile the WebAssembly', times[0]], ['instantiate it', times[1]]];
    sites.forEach(({ pages, manifest }, index) => {
      const name = `the manifest of ${pages.toLocaleString('en')} pages`;
      rows.push([`open ${name} (${manifest.length.toLocaleString('en')} bytes, which are copied)`, times[2 + 2 * index]]);
      if (index === 0) rows.push(['the first answer of all', times[3]]);
    });
    return { head: ['Node, in a process that did none of it before', 'time'], rows };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const PLAIN = 'export default { fetch() { return new Response("404"); } };';
const READING = `import { Manifest } from './workerd.js';
import bytes from './site.trailmark';
const manifest = Manifest.openSync(bytes);
export default { fetch(request) { return new Response(String(manifest.answer(request).status)); } };`;

/** From the start of the process to the end of the first response; then a second one. */
export async function starting({ pages, manifest }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'trailmark-cold-'));
  try {
    const files = readdirSync(DIST).filter((file) => /\.(js|wasm)$/.test(file));
    for (const file of files) copyFileSync(path.join(DIST, file), path.join(folder, file));
    writeFileSync(path.join(folder, 'site.trailmark'), manifest);
    writeFileSync(path.join(folder, 'plain.mjs'), PLAIN);
    writeFileSync(path.join(folder, 'reading.mjs'), READING);
    const modules = files.filter((file) => file.endsWith('.js')).map((file) => `(name = "${file}", esModule = embed "${file}")`);
    modules.push('(name = "trailmark.wasm", wasm = embed "trailmark.wasm")', '(name = "site.trailmark", data = embed "site.trailmark")');
    const configs = {
      without: await config(folder, 'plain', []),
      with: await config(folder, 'reading', modules),
    };
    const figures = await inTurns(Object.keys(configs), STARTS, (name) => start(configs[name]));
    const [without, having] = [figures.get('without'), figures.get('with')];
    return {
      head: ['workerd, from the start of its process to the end of the first response', 'time'],
      rows: [
        ['a Worker of one line', ms(without)],
        [`a Worker with the WebAssembly and the manifest of ${pages.toLocaleString('en')} pages`, ms(having)],
        ['difference', ms(having - without)],
      ],
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function config(folder, name, modules) {
  const port = await freePort();
  const file = path.join(folder, `${name}.capnp`);
  const list = [`(name = "${name}.mjs", esModule = embed "${name}.mjs")`, ...modules].join(', ');
  writeFileSync(file, `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .worker) ],
  sockets = [ (name = "http", address = "127.0.0.1:${port}", http = (), service = "main") ]
);
const worker :Workerd.Worker = ( modules = [ ${list} ], compatibilityDate = "2025-07-21" );
`);
  return { file, port };
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function start({ file, port }) {
  const require = createRequire(createRequire(ORACLE).resolve('miniflare'));
  const started = performance.now();
  const child = spawn(require('workerd').default, ['serve', file], { stdio: 'ignore' });
  try {
    for (;;) {
      const body = await get(port).catch(() => null);
      if (body !== null) {
        if (body !== '404') throw new Error(`workerd answered ${body}`);
        return performance.now() - started;
      }
      if (child.exitCode !== null || performance.now() - started > 20_000) throw new Error('workerd does not start');
      await new Promise((done) => setTimeout(done, 1));
    }
  } finally {
    child.kill();
    await new Promise((done) => (child.exitCode === null && child.signalCode === null ? child.once('exit', done) : done()));
  }
}

function get(port) {
  return new Promise((resolve, reject) => {
    http.get({ host: '127.0.0.1', port, path: '/nowhere', agent: false }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk)).on('end', () => resolve(body)).on('error', reject);
    }).on('error', reject);
  });
}
