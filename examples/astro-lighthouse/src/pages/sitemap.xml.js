// The URLs at which the pages are served without a redirect.
const paths = [
  '/',
  '/about',
  '/blog',
  '/blog/',
  '/blog/counting-flashes',
  '/blog/the-long-fog/',
  '/guides/',
  "/guides/keeper's log/",
  '/guides/lens care/',
  '/guides/灯台/',
  '/fr/',
  '/fr/légendes/',
  '/fr/à propos',
];

export function GET({ site }) {
  const urls = paths.map((path) => {
    const url = new URL(path, site).href.replaceAll("'", '&apos;');
    return `  <url><loc>${url}</loc></url>\n`;
  });
  return new Response(
    '<?xml version="1.0" encoding="UTF-8"?>\n' +
      '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n' +
      urls.join('') +
      '</urlset>\n',
    { headers: { 'Content-Type': 'application/xml' } },
  );
}
