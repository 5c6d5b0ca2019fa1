// The same in real workerd, by batches: the time of a batch of many rounds less that of one without any, divided.

import { fileURLToPath } from 'node:url';

import { startWorker } from '../test/kit/workerd.mjs';
import { inTurns, ns } from './measure.mjs';
import { requestsTo } from './site.mjs';

const ROUNDS = 9;
const NAMES = ['wasm', 'map', 'subtle'];
/** Rounds over a thousand URLs in a batch: some 50 ms. */
const BATCH = { wasm: 20, map: 20, subtle: 2 };
const URLS = 1000;

export async function inWorkerd(sites) {
  const worker = await startWorker(fileURLToPath(new URL('worker.mjs', import.meta.url)));
  try {
    const rows = [];
    for (const { pages, files, facts, manifest } of sites) {
      const requests = requestsTo(files, URLS);
      const differing = await post(worker, { facts, requests, manifest: manifest.toString('base64') });
      if (differing !== null) throw new Error(JSON.stringify(differing));
      for (const kind of Object.keys(requests)) {
        const figures = await inTurns(NAMES, ROUNDS, async (name) => {
          const empty = await timed(worker, { name, kind, rounds: 0 });
          const full = await timed(worker, { name, kind, rounds: BATCH[name] });
          return ((full - empty) * 1e6) / (BATCH[name] * URLS);
        });
        const [wasm, map, subtle] = [...figures.values()];
        rows.push([pages.toLocaleString('en'), kind, ...[wasm, map, subtle].map(ns), ...[map / wasm, subtle / wasm].map((ratio) => ratio.toFixed(2))]);
      }
    }
    return { head: ['pages', 'request', 'wasm', 'Map', 'hashes, `crypto.subtle`', 'Map : wasm', 'hashes : wasm'], rows };
  } finally {
    await worker.dispose();
  }
}

async function timed(worker, body) {
  const started = performance.now();
  await post(worker, body);
  return performance.now() - started;
}

async function post(worker, body) {
  const response = await worker.dispatchFetch('http://worker/', { method: 'POST', body: JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(text.slice(0, 1000));
  return JSON.parse(text);
}
