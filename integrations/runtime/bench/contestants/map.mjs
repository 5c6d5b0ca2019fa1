// A `Map` that holds every form of every page, as one would write it by hand for this one site.

const REVALIDATE = 'public, max-age=0, must-revalidate';

/** Answers URLs of a site; `facts` are its files. */
export function mapOfForms(facts) {
  const served = new Map();
  const redirects = new Map();
  const notFound = new Map();
  for (const file of facts) {
    if (file.path.endsWith('/404.html')) notFound.set(file.path.slice(0, -'/404.html'.length), file);
    const isFolder = file.path.endsWith('/index.html');
    const stem = file.path.slice(0, isFolder ? -'/index.html'.length : -'.html'.length);
    const canonical = isFolder ? `${stem}/` : stem;
    served.set(canonical, file);
    for (const form of [stem, `${stem}/`, `${stem}.html`, `${stem}/index`, `${stem}/index.html`]) {
      if (form !== canonical && form !== '') redirects.set(form, canonical);
    }
  }
  const withFile = (status, file) => ({
    status, location: null, asset: file.path, headers: { 'cache-control': REVALIDATE, 'content-type': file.type, etag: file.etag },
  });
  return (text) => {
    const url = new URL(text);
    const path = decodeURIComponent(url.pathname);
    const file = served.get(path);
    if (file !== undefined) return withFile(200, file);
    const target = redirects.get(path);
    if (target !== undefined) {
      const location = target.split('/').map(encodeURIComponent).join('/') + url.search;
      return { status: 307, location, asset: null, headers: { location } };
    }
    for (let folder = path; folder !== ''; ) {
      folder = folder.slice(0, folder.lastIndexOf('/'));
      const page = notFound.get(folder);
      if (page !== undefined) return withFile(404, page);
    }
    return { status: 404, location: null, asset: null, headers: {} };
  };
}
