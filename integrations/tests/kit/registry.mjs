/**
 * A registry for our packages alone, on 127.0.0.1: so npm chooses the package for this machine just as it will once they are
 * published, and asks nobody else for them.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';

import { readFromTarball } from './pack.mjs';

/**
 * Starts it with packed packages. Platforms that were not packed are there in name: npm passes over what is for another machine.
 *
 * @param {Map<string, string>} packed tarballs by name
 * @returns {Promise<{url: string, names: string[], asked: string[], close: () => Promise<void>}>}
 */
export async function startRegistry(packed) {
  const { packageName, PLATFORMS } = await import('../../trailmark/dist/platforms.js');
  const manifests = new Map();
  const tarballs = new Map();
  let version;
  for (const [name, tarball] of packed) {
    const manifest = JSON.parse(await readFromTarball(tarball, 'package.json'));
    const bytes = readFileSync(tarball);
    version = manifest.version;
    tarballs.set(basename(tarball), bytes);
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    manifests.set(name, { ...manifest, dist: { tarball: basename(tarball), integrity } });
  }
  for (const platform of PLATFORMS) {
    const { os, cpu, libc } = platform;
    const name = packageName(platform);
    const fields = { os: [os], cpu: [cpu], ...(libc && { libc: [libc] }) };
    if (!manifests.has(name)) manifests.set(name, { name, version, ...fields, dist: { tarball: 'not-packed.tgz' } });
  }
  const asked = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url.slice(1));
    asked.push(path);
    const manifest = manifests.get(path);
    const body = manifest ? packument(manifest, `http://${request.headers.host}`) : tarballs.get(path);
    response.writeHead(body ? 200 : 404, { 'content-type': manifest ? 'application/json' : 'application/octet-stream' });
    response.end(body ?? '{}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    });
  return { url: `http://127.0.0.1:${server.address().port}`, names: [...manifests.keys()], asked, close };
}

function packument(manifest, url) {
  const { name, version, dist } = manifest;
  const versions = { [version]: { ...manifest, dist: { ...dist, tarball: `${url}/${dist.tarball}` } } };
  return JSON.stringify({ name, 'dist-tags': { latest: version }, versions });
}
