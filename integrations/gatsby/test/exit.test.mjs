import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const exit = new URL('../dist/exit.js', import.meta.url);

/** A process that watches, does something, and ends; what it said, and its status. */
function process(strict, then) {
  const folder = mkdtempSync(join(tmpdir(), 'trailmark-gatsby-'));
  mkdirSync(join(folder, 'public'));
  writeFileSync(join(folder, 'public/index.html'), '');
  writeFileSync(join(folder, 'public.trailmark'), '');
  const program = `
    import { rmSync, writeFileSync } from 'node:fs';
    import { checkAtExit } from '${exit}';
    checkAtExit('public.trailmark', 'public', ${strict});
    await new Promise((resolve) => setTimeout(resolve, 20));
    ${then}`;
  const { stderr, status } = spawnSync('node', ['--input-type=module', '--eval', program], { cwd: folder, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return { stderr, status };
}

test('a site that stays as it was is left alone', () => assert.deepEqual(process(true, 'process.exit(0)'), { stderr: '', status: 0 }));

test('a file that comes later is told, and with strict the build fails', () => {
  const late = `writeFileSync('public/late.txt', ''); process.exit(0);`;
  const relaxed = process(false, late);
  assert.match(relaxed.stderr, /^warning gatsby-plugin-trailmark: the manifest is out of date: 1 path in public\/ changed .*late\.txt/);
  assert.equal(relaxed.status, 0);
  const strict = process(true, late);
  assert.match(strict.stderr, /^error gatsby-plugin-trailmark/);
  assert.equal(strict.status, 1);
});

test('a folder that is moved away is told', () => {
  assert.match(process(false, `rmSync('public', { recursive: true });`).stderr, /is gone/);
});

test('a build that failed has said enough', () => {
  const { stderr, status } = process(true, `writeFileSync('public/late.txt', ''); process.exit(3);`);
  assert.deepEqual([stderr, status], ['', 3]);
});
