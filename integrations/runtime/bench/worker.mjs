// The Worker that is measured. A clock stands still in it between one request and the next, so it only works; who asks it measures.

import { Manifest } from '../dist/workerd.js';
import { askAll, contestants, essence } from './contestants/all.mjs';

let site;
let requests;

export default {
  async fetch(request) {
    const body = await request.json();
    if (body.facts !== undefined) {
      const manifest = Uint8Array.from(atob(body.manifest), (c) => c.charCodeAt(0));
      const digests = { subtle: (bytes) => crypto.subtle.digest('SHA-256', bytes) };
      site = await contestants(Manifest, body.facts, manifest, digests);
      requests = body.requests;
      return Response.json(await disagreement());
    }
    const urls = requests[body.kind];
    let files = 0;
    for (let round = 0; round < body.rounds; round++) files += await askAll(site.find(({ name }) => name === body.name), urls);
    return Response.json(files);
  },
};

async function disagreement() {
  for (const urls of Object.values(requests)) {
    for (const url of urls.slice(0, 100)) {
      const given = await Promise.all(site.map(async ({ answer }) => essence(await answer(url))));
      if (given.some((one) => one !== given[0])) return { url, given };
    }
  }
  return null;
}
