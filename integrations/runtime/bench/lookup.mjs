// Answers in Node: through the WebAssembly, from a Map, and Cloudflare's way.

import { createHash, webcrypto } from 'node:crypto';

import { Manifest } from '@trailmark/runtime';
import { askAll, contestants, essence } from './contestants/all.mjs';
import { inTurns, ns } from './measure.mjs';
import { requestsTo } from './site.mjs';

const ROUNDS = 9;
/** SHA-256 as in a Worker, and as Node has it without waiting. */
const DIGESTS = {
  subtle: (bytes) => webcrypto.subtle.digest('SHA-256', bytes),
  sync: (bytes) => Uint8Array.from(createHash('sha256').update(bytes).digest()).buffer,
};

/** A row for each size and kind of request. */
export async function lookups(sites) {
  const rows = [];
  for (const { pages, files, facts, manifest } of sites) {
    const all = await contestants(Manifest, facts, manifest, DIGESTS);
    for (const [kind, urls] of Object.entries(requestsTo(files, 4000))) {
      await agree(all, urls.slice(0, 200));
      const figures = await inTurns(all.map(({ name }) => name), ROUNDS, async (name) => {
        const asked = name === 'subtle' ? urls.slice(0, 400) : urls;
        const contestant = all.find((one) => one.name === name);
        const started = performance.now();
        await askAll(contestant, asked);
        return ((performance.now() - started) * 1e6) / asked.length;
      });
      rows.push([pages.toLocaleString('en'), kind, ...[...figures.values()].map(ns), ...ratios(figures)]);
    }
  }
  return { head: ['pages', 'request', 'wasm', 'Map', 'hashes, `crypto.subtle`', 'hashes, `node:crypto`', 'Map : wasm', 'subtle : wasm', 'node:crypto : wasm'], rows };
}

const ratios = (figures) => {
  const [wasm, map, subtle, sync] = [...figures.values()];
  return [map / wasm, subtle / wasm, sync / wasm].map((ratio) => ratio.toFixed(2));
};

async function agree(all, urls) {
  for (const url of urls) {
    const [first, ...others] = await Promise.all(all.map(async ({ name, answer }) => [name, essence(await answer(url))]));
    for (const [name, given] of others) if (given !== first[1]) throw new Error(`${url}: ${first[0]} says ${first[1]}, ${name} ${given}`);
  }
}
