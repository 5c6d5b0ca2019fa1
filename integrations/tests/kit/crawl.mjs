/**
 * Follows every internal link of a site in Chromium. Pages are visited as somebody who clicks would; what pages are made of (images,
 * scripts, styles) the browser fetches by itself, and what it does not fetch by itself is fetched from within the page.
 */

/** A link to a page. All else with a URL is a part of a page, or a file. */
const LINKS = 'a[href], area[href], link[rel~="canonical"][href], link[rel~="alternate"][href], iframe[src]';
const PARTS = 'link[href], img[src], script[src], source[src], video[src], audio[src], embed[src], object[data]';

/**
 * @param {import('playwright-core').Page} page
 * @param {string} start the first page
 * @returns {Promise<{pages: string[], links: string[], seen: Seen[]}>} the pages visited, every link found, every answer got
 *
 * @typedef {{url: string, method: string, headers: Record<string, string>, status: number, location: string | null,
 *   type: string | null, body: Buffer | null}} Seen
 */
export async function crawl(page, start, { most = 500 } = {}) {
  const { origin } = new URL(start);
  const answers = watch(page, origin);
  const waiting = [start];
  const links = new Set(waiting);
  const pages = [];
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    if (links.size > most) throw new Error(`more than ${most} links; is there no end?`);
    const found = await visit(page, url, origin);
    pages.push(url);
    for (const link of found.links) {
      if (!links.has(link)) waiting.push(link);
      links.add(link);
    }
    for (const part of found.parts) {
      if (!links.has(part) || part === url) await page.evaluate((part) => fetch(part).then((answer) => answer.arrayBuffer()), part);
      links.add(part);
    }
  }
  return { pages, links: [...links], seen: await answers.end() };
}

/** Goes to a page, waits for all that it loads, and takes its links from the DOM. */
async function visit(page, url, origin) {
  try {
    await page.goto(url, { waitUntil: 'load', timeout: 20_000 });
  } catch (error) {
    // A file that the browser does not show is a download: its head was seen, and the page it is on fetches the rest.
    if (!/Download is starting|ERR_ABORTED/.test(error.message)) throw error;
    return { links: [], parts: [url] };
  }
  await page.waitForLoadState('networkidle');
  if (new URL(page.url()).origin !== origin) return { links: [], parts: [] };
  const collect = (selector) =>
    page.$$eval(selector, (elements) => elements.map((element) => element.href ?? element.src ?? element.data));
  const internal = (urls) => [...new Set(urls.map((url) => withoutFragment(url)))].filter((url) => url.startsWith(`${origin}/`));
  const [links, parts] = [internal(await collect(LINKS)), internal(await collect(PARTS))];
  return { links, parts: parts.filter((part) => !links.includes(part)) };
}

const withoutFragment = (url) => String(url).split('#')[0];

/** Notes every answer from an origin, each hop of a redirect by itself. */
function watch(page, origin) {
  const pending = [];
  const note = (response) => {
    if (new URL(response.url()).origin === origin) pending.push(read(response));
  };
  page.on('response', note);
  return {
    end: async () => {
      page.off('response', note);
      return Promise.all(pending);
    },
  };
}

async function read(response) {
  const request = response.request();
  const status = response.status();
  const headers = response.headers();
  const hasBody = status < 300 || status >= 400;
  return {
    url: response.url(),
    method: request.method(),
    headers: await request.allHeaders(),
    status,
    location: headers['location'] ?? null,
    type: headers['content-type'] ?? null,
    body: hasBody ? await response.body().catch(() => null) : null,
  };
}
