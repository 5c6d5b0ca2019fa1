/** Runs the integration as Astro does, on a folder that Astro might have written. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import '../../trailmark/test/help.mjs';

const { default: trailmark } = await import('@trailmark/astro');

/** A folder as a URL with a slash at its end. */
export const urlOf = (folder) => new URL(`${pathToFileURL(folder).href}/`);

/**
 * Runs all hooks.
 *
 * @param {string} root the project
 * @returns {Promise<{log: string[]}>} what was logged, with its level
 */
export async function build(root, { options, config = {}, routes = [], assets = [], later = [], out = 'dist', hooks } = {}) {
  const log = [];
  const logger = { info: (text) => log.push(`info ${text}`), warn: (text) => log.push(`warn ${text}`), error: (text) => log.push(`error ${text}`) };
  const integration = trailmark(options);
  // Astro copies the objects of integrations.
  const integrations = [{ ...integration }, ...later];
  const whole = {
    root: urlOf(root),
    outDir: urlOf(join(root, 'dist')),
    publicDir: urlOf(join(root, 'public')),
    base: '/',
    trailingSlash: 'ignore',
    redirects: {},
    integrations,
    ...config,
    build: { format: 'directory', redirects: true, ...config.build },
  };
  const run = { ...integration.hooks, ...hooks };
  await run['astro:config:done']?.({ config: whole, logger });
  await run['astro:routes:resolved']?.({ routes, logger });
  await run['astro:build:start']?.({ logger });
  const urls = new Map(assets.map(([pattern, ...files]) => [pattern, files.map((file) => new URL(file, urlOf(join(root, out))))]));
  await run['astro:build:done']({ dir: urlOf(join(root, out)), pages: [], assets: urls, logger });
  return { log };
}

/** A page as Astro writes it in the place of a redirect. */
export const metaPage = (to, delay = 0) =>
  `<!doctype html><title>Redirecting to: ${to}</title><meta http-equiv="refresh" content="${delay};url=${to}"><body></body>`;
