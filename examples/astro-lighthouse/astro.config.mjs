import { readdir, rename, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'astro/config';

// Astro's default output is a folder with an index.html for every page; only /404 and /500
// become page files. These pages get another shape. The order matters: the blog's front page
// leaves blog/index.html before the archive moves in.
//
// fr/404/index.html is not in the list, so it stays where Astro puts it. No host looks for a
// not-found page there; ../README.md shows what is served instead.
const moves = [
  ['about/index.html', 'about.html'],
  ['blog/index.html', 'blog.html'],
  ['blog/archive/index.html', 'blog/index.html'],
  ['blog/counting-flashes/index.html', 'blog/counting-flashes.html'],
  ['guides/404/index.html', 'guides/404.html'],
  ['fr/à propos/index.html', 'fr/à propos.html'],
];

/** Moves built pages to other places in the output and removes the folders left empty. */
function movePages(moves) {
  return {
    name: 'move-pages',
    hooks: {
      'astro:build:done': async ({ dir, logger }) => {
        const root = fileURLToPath(dir);
        for (const [from, to] of moves) {
          await rename(join(root, from), join(root, to));
          const folder = dirname(join(root, from));
          if ((await readdir(folder)).length === 0) await rmdir(folder);
          logger.info(`${from} -> ${to}`);
        }
      },
    },
  };
}

export default defineConfig({
  site: 'https://skerrow-light.example',
  i18n: { defaultLocale: 'en', locales: ['en', 'fr'] },
  // Keep the stylesheet and the script as files of their own, however small they are.
  build: { inlineStylesheets: 'never' },
  vite: { build: { assetsInlineLimit: 0 } },
  devToolbar: { enabled: false },
  integrations: [movePages(moves)],
});
