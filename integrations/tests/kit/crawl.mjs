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
  await page.route((url) => url.origin !== origin, (route) => route.abort());
  const answers = watch(page, origin);
  const waiting = [start];
  const links = new Set(waiting);
  const pages = [];
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    if (links.size > most) throw new Error(`more than ${most} links; is there no end?`);
    const found = await visit(page, url, origin);
    pages.push(url);
    waiting.push(...found.links.filter((link) => !links.has(link)));
    const parts = found.parts.filter((part) => !links.has(part));
    for (const link of [...found.links, ...parts]) links.add(link);
    await fetchAll(page, parts);
    // A page that is left takes the bodies of its answers along.
    await answers.read();
  }
  // Downloads, and pages that were left at once (a meta refresh of no seconds), whose bodies were gone before they could be read.
  // Scripts fetch ahead, and what is no longer wanted has no body either: so only when all is quiet, and more than once.
  await page.goto(start, { waitUntil: 'networkidle' });
  for (let attempt = 0; attempt < 5; attempt += 1) {
    await answers.read();
    const missing = answers.withoutBody();
    if (missing.length === 0) break;
    await fetchAll(page, missing);
  }
  return { pages, links: [...links], seen: await answers.read() };
}

/** Goes to a page, and on where it leads at once; takes the links from the DOM. */
async function visit(page, url, origin) {
  const nothing = { links: [], parts: [] };
  if (!(await goes(page, url))) return nothing;
  await followRefresh(page, url);
  const found = await steady(page, () => page.evaluate(collect, [LINKS, PARTS]));
  if (!page.url().startsWith(`${origin}/`)) return nothing;
  const internal = (urls) => [...new Set(urls.map(withoutFragment))].filter((url) => url.startsWith(`${origin}/`));
  const [links, parts] = found.map(internal);
  return { links, parts: parts.filter((part) => !links.includes(part)) };
}

/** Runs in the page. */
const collect = (selectors) =>
  selectors.map((selector) => [...document.querySelectorAll(selector)].map((element) => element.href ?? element.src ?? element.data));

/** Whether there is a page to look at; else it was a download, or an error without a page, for which Chromium shows one of its own. */
async function goes(page, url, attempts = 3) {
  try {
    await page.goto(url, { waitUntil: 'load', timeout: 20_000 });
    return true;
  } catch (error) {
    if (/Download is starting|ERR_HTTP_RESPONSE_CODE_FAILURE/.test(error.message)) return false;
    // The page before it had a meta refresh, whose time came just now.
    const disturbed = /ERR_ABORTED|interrupted by another navigation/.test(error.message);
    if (!disturbed || attempts === 1) throw error;
    return goes(page, url, attempts - 1);
  }
}

/** Waits for a meta refresh of no seconds. One that waits itself is left behind; its target is in the page as a link. */
async function followRefresh(page, url) {
  const refresh = () => document.querySelector('meta[http-equiv="refresh"]')?.content;
  // Where the page is left already there is no document to ask.
  const content = await page.evaluate(refresh).catch(() => '0');
  if (content?.startsWith('0')) await page.waitForURL((now) => now.href !== url, { timeout: 5_000 }).catch(() => undefined);
}

/** Does something in a page; again where the page was about to be left. */
async function steady(page, does, attempts = 3) {
  try {
    return await does();
  } catch (error) {
    if (!/Execution context was destroyed/.test(error.message) || attempts === 1) throw error;
    await page.waitForLoadState('load');
    return steady(page, does, attempts - 1);
  }
}

/** Fetches from within the page, as its scripts would. */
const fetchAll = (page, urls) =>
  steady(page, () => page.evaluate((urls) => Promise.all(urls.map((url) => fetch(url).then((answer) => answer.arrayBuffer()))), urls));

const withoutFragment = (url) => String(url).split('#')[0];

/** Notes every answer from an origin, each hop of a redirect by itself. */
function watch(page, origin) {
  const pending = [];
  const done = [];
  page.on('response', (response) => {
    if (new URL(response.url()).origin === origin) pending.push(read(response));
  });
  return {
    read: async () => {
      while (pending.length > 0) done.push(await pending.shift());
      return done;
    },
    withoutBody: () => {
      const whole = new Set(done.filter(({ body }) => body !== null).map(({ url }) => url));
      return [...new Set(done.filter(({ status, url }) => !isRedirect(status) && !whole.has(url)).map(({ url }) => url))];
    },
  };
}

const isRedirect = (status) => status >= 300 && status < 400;

async function read(response) {
  const request = response.request();
  const status = response.status();
  const headers = response.headers();
  return {
    url: response.url(),
    method: request.method(),
    headers: await request.allHeaders().catch(() => request.headers()),
    status,
    location: headers['location'] ?? null,
    type: headers['content-type'] ?? null,
    body: isRedirect(status) ? null : await response.body().catch(() => null),
  };
}
