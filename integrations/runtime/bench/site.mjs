// A made-up site of a given number of pages, and requests to it. The same every time.

/** A small generator of numbers, so that every run asks the same. */
export function random(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const WORDS = 'getting started with routing manifests and edges how to deploy a static site behind an isolate without waiting for the origin'.split(' ');

/** The files of a site, sorted: two thirds page files, one third folders; a `404.html` at the root and in each section. */
export function filesOf(pages) {
  const next = random(pages);
  const files = ['/index.html', '/404.html'];
  const sections = Math.max(4, Math.round(Math.sqrt(pages) / 3));
  for (let section = 0; section < sections; section++) files.push(`/docs/section-${section}/404.html`);
  for (let page = 0; page < pages; page++) {
    const title = Array.from({ length: 3 }, () => WORDS[next(WORDS.length)]).join('-');
    const stem = `/docs/section-${page % sections}/${title}-${page}`;
    files.push(page % 3 === 0 ? `${stem}/index.html` : `${stem}.html`);
  }
  return files.sort();
}

/** URLs as a Worker gets them, in random order: of pages, of other spellings of pages, and of nothing. */
export function requestsTo(files, count) {
  const next = random(files.length);
  const pages = files.filter((file) => file.startsWith('/docs/') && !file.endsWith('/404.html'));
  const url = (path) => `https://www.example.com${path}`;
  const one = { hit: [], redirect: [], miss: [] };
  for (let at = 0; at < count; at++) {
    const page = pages[next(pages.length)];
    const stem = page.replace(/(\/index)?\.html$/, '');
    const isFolder = page.endsWith('/index.html');
    one.hit.push(url(isFolder ? `${stem}/` : stem));
    one.redirect.push(url([page, isFolder ? stem : `${stem}/`][at % 2]));
    one.miss.push(url(`${stem}-was-moved/part-${at % 7}`));
  }
  return one;
}

/** What a build knows of a file. The tag is as long as those of the platform. */
export function factsOf(file, index) {
  return { path: file, etag: `"${index.toString(16).padStart(32, '0')}"`, type: 'text/html; charset=utf-8' };
}
