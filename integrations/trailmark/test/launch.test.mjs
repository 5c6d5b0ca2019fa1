/** `bin/trailmark.js`: the program in its place. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { emptyFolder, folderWith, PROGRAM } from './help.mjs';

const LAUNCHER = fileURLToPath(new URL('../bin/trailmark.js', import.meta.url));
const launch = (args, env = {}, input) =>
  spawnSync(process.execPath, [LAUNCHER, ...args], { encoding: 'utf8', env: { ...process.env, ...env }, input, timeout: 20_000 });

const WITHOUT = { TRAILMARK_BINARY: '', PATH: '' };

/** A script that can be run, as the only thing in a folder. */
function script(name, text) {
  const folder = folderWith({ [name]: text });
  chmodSync(join(folder, name), 0o755);
  return folder;
}

test('arguments, streams and exit status pass through', () => {
  assert.match(launch(['--version']).stdout, /^trailmark \d+\.\d+\.\d+\n$/);
  const failed = launch(['compile', '/nowhere']);
  assert.equal(failed.status, 2);
  assert.equal(failed.stdout, '');
  assert.match(failed.stderr, /^error: no such directory: \/nowhere/);
  const site = folderWith({ 'index.html': 'x' });
  const answered = launch(['resolve', site, '--quiet', '--requests', '-'], {}, '{"url": "/index.html"}\n');
  assert.equal(JSON.parse(answered.stdout).location, '/');
});

test('SIGTERM reaches the program, which ends in good order', async () => {
  const site = folderWith({ 'index.html': 'x' });
  const child = spawn(process.execPath, [LAUNCHER, 'serve', site], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => child.once('close', (status, signal) => resolve({ status, signal })));
  const url = await new Promise((resolve) => createInterface({ input: child.stdout }).once('line', resolve));
  assert.equal((await fetch(url)).status, 200);
  child.kill('SIGTERM');
  assert.deepEqual(await ended, { status: 0, signal: null });
  await assert.rejects(fetch(url));
});

test('a program that is ended by a signal is seen to be', () => {
  const folder = script('trailmark', '#!/bin/sh\nkill -KILL $$\n');
  const { status, signal } = launch([], { TRAILMARK_BINARY: join(folder, 'trailmark') });
  assert.deepEqual({ status, signal }, { status: null, signal: 'SIGKILL' });
});

test('what TRAILMARK_BINARY names must be there and runnable', () => {
  const folder = folderWith({ trailmark: 'no program' });
  for (const [path, why] of [
    ['/nowhere/trailmark', 'does not exist'],
    [join(folder, 'trailmark'), 'is no program that can be run'],
    [folder, 'is no program that can be run'],
  ]) {
    const { status, stderr } = launch(['--version'], { TRAILMARK_BINARY: path });
    assert.equal(status, 2);
    assert.ok(stderr.startsWith(`error: TRAILMARK_BINARY is ${path}, which ${why}`), stderr);
    assert.match(stderr, /unset it/);
  }
});

test('without a program it says which package is missing and what to do', () => {
  const { status, stderr, stdout } = launch(['compile', 'dist'], WITHOUT);
  assert.equal(status, 2);
  assert.equal(stdout, '');
  for (const text of [/@trailmark\/cli-\S+/, /--omit=optional/, /npm install --include=optional/, /cargo install trailmark-cli/, /TRAILMARK_BINARY/]) {
    assert.match(stderr, text);
  }
});

test('a program on the PATH is taken', () => {
  const folder = emptyFolder();
  symlinkSync(PROGRAM, join(folder, 'trailmark'));
  const { status, stdout } = launch(['--version'], { ...WITHOUT, PATH: folder });
  assert.equal(status, 0);
  assert.match(stdout, /^trailmark /);
});

test('it never starts itself, by whatever name it is on the PATH', () => {
  const bin = join(emptyFolder(), 'node_modules/.bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(LAUNCHER, join(bin, 'trailmark'));
  const linked = emptyFolder();
  symlinkSync(LAUNCHER, join(linked, 'trailmark'));
  // What pnpm writes for a global package: a script that starts the launcher.
  const shim = script('trailmark', `#!/bin/sh\nexec "${process.execPath}" "${LAUNCHER}" "$@"\n`);
  for (const folders of [[bin], [linked], [shim], [bin, linked, shim]]) {
    const { status, stderr, error } = launch(['--version'], { ...WITHOUT, PATH: folders.join(delimiter) });
    assert.equal(error, undefined);
    assert.equal(status, 2, stderr);
    assert.match(stderr, /is not installed/);
  }
});
