/** A built site: serves it, follows every link in Chromium, and holds what came against what `trailmark resolve` says. */
import { resolve } from 'trailmark';

import { withChromium } from './chromium.mjs';
import { differences } from './compare.mjs';
import { crawl } from './crawl.mjs';
import { serve } from './serve.mjs';
import { binary } from './places.mjs';

/**
 * @param {{manifest: string, dist: string, start?: string}} site `start` is the path of the first page
 * @returns {Promise<{wrong: string[], pages: number, links: number, answers: number, statuses: Record<string, number>}>} `wrong` is
 *   empty if all is as it was said
 */
export async function crawlSite({ manifest, dist, start = '/' }) {
  const server = await serve(binary(), [manifest, '--dist', dist]);
  try {
    const { pages, links, seen } = await withChromium((page) => crawl(page, server.url + start));
    const wrong = await differences(seen, { manifest, dist, resolve });
    const asked = new Set(seen.map(({ url }) => url));
    wrong.push(...links.filter((link) => !asked.has(link)).map((link) => `${link} was never asked for`));
    const statuses = {};
    for (const { status } of seen) statuses[status] = (statuses[status] ?? 0) + 1;
    return { wrong, pages: pages.length, links: links.length, answers: seen.length, statuses };
  } finally {
    await server.stop();
  }
}
