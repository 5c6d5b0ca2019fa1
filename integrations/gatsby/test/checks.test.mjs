import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';

import { checkGatsby, checkOutput } from '../dist/checks.js';
import { onPreInit } from '../dist/node.js';
import { fakeReporter, fakeStore, state } from './fakes.mjs';

let folder;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'trailmark-gatsby-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const installGatsby = (version) => {
  mkdirSync(join(folder, 'node_modules/gatsby'), { recursive: true });
  writeFileSync(join(folder, 'node_modules/gatsby/package.json'), JSON.stringify({ name: 'gatsby', version }));
};

/** What `gatsby build` calls before anything else; what it said. */
function preInit(options = {}, changes = {}) {
  const reporter = fakeReporter();
  const before = { ...process.env };
  Object.assign(process.env, { gatsby_executing_command: 'build', ...changes });
  try {
    onPreInit({ reporter, store: fakeStore(state({ program: { directory: folder } })) }, options);
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
    Object.assign(process.env, before);
  }
  return reporter.said.panic;
}

test('Gatsby 5 is taken, any other major version is refused with what to do', () => {
  installGatsby('5.16.1');
  checkGatsby(folder);
  for (const version of ['4.25.9', '6.0.0-next.1']) {
    installGatsby(version);
    assert.throws(() => checkGatsby(folder), new RegExp(`this site has Gatsby ${version}[^]*postbuild`));
  }
});

test('a Gatsby whose version can\'t be read is no reason to refuse', () => checkGatsby(folder));

test('an output folder that is missing, or none, is refused with what to do', () => {
  assert.throws(() => checkOutput(join(folder, 'public')), /does not exist[^]*trailmark compile/);
  writeFileSync(join(folder, 'public'), '');
  assert.throws(() => checkOutput(join(folder, 'public')), /is no folder/);
});

test('a misspelled option fails the build before it begins', () => {
  const [said] = preInit({ htmlHandlng: 'none', plugins: [] });
  assert.match(said, /no option `htmlHandlng`[^]*`htmlHandling`/);
});

test('a missing program fails the build before it begins, and says how to get it', () => {
  const [said] = preInit({}, { TRAILMARK_BINARY: join(folder, 'nowhere') });
  assert.match(said, /TRAILMARK_BINARY[^]*does not exist/);
});

test('gatsby develop needs no program', () => {
  const said = preInit({}, { gatsby_executing_command: 'develop', TRAILMARK_BINARY: join(folder, 'nowhere') });
  assert.deepEqual(said, []);
});
