/** Which package is for which machine. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { findBinary } from '../dist/binary.js';
import { packageName, PLATFORMS, platformsFor, thisMachine } from '../dist/platforms.js';
import { fits, parseVersion } from '../dist/version.js';

import { PROGRAM } from './help.mjs';

const keys = (os, cpu, libc) => platformsFor({ os, cpu, libc }).map(({ key }) => key);

test('a machine gets the package of its C library first, and the static one where that is missing', () => {
  assert.deepEqual(keys('linux', 'x64', 'glibc'), ['linux-x64-gnu', 'linux-x64-musl']);
  assert.deepEqual(keys('linux', 'arm64', 'musl'), ['linux-arm64-musl']);
  assert.deepEqual(keys('darwin', 'arm64'), ['darwin-arm64']);
  assert.deepEqual(keys('win32', 'x64'), ['win32-x64']);
  assert.deepEqual(keys('linux', 'riscv64', 'glibc'), []);
  assert.ok(platformsFor(thisMachine()).length > 0);
});

test('names and places of the packages are apart', () => {
  assert.equal(new Set(PLATFORMS.map(packageName)).size, PLATFORMS.length);
  assert.equal(new Set(PLATFORMS.map(({ target }) => target)).size, PLATFORMS.length);
});

test('the package is taken before the PATH, and the environment before both', () => {
  const machine = { os: 'linux', cpu: 'x64', libc: 'glibc' };
  const resolve = (file) => (file === '@trailmark/cli-linux-x64-musl/bin/trailmark' ? PROGRAM : undefined);
  const env = { PATH: '/nowhere' };
  assert.deepEqual(findBinary({ env, machine, resolve }), { path: PROGRAM, from: 'package' });
  assert.deepEqual(findBinary({ env: { ...env, TRAILMARK_BINARY: process.execPath }, machine, resolve }), {
    path: process.execPath,
    from: 'environment',
  });
});

test('a machine without a package is told so', () => {
  const around = { env: {}, machine: { os: 'sunos', cpu: 'x64', libc: undefined }, resolve: () => undefined };
  assert.throws(() => findBinary(around), /no package with the trailmark program for this machine \(sunos x64\)[^]*cargo install trailmark-cli/);
});

test('versions fit up to the number that may change the format', () => {
  assert.ok(fits('0.1.7', '0.1.0') && fits('1.9.0', '1.2.3'));
  assert.ok(!fits('0.2.0', '0.1.0') && !fits('1.0.0', '0.1.0') && !fits('2.0.0', '1.0.0'));
  assert.equal(parseVersion('trailmark 0.1.0-rc.1\n'), '0.1.0-rc.1');
  assert.equal(parseVersion('something 0.1.0\n'), undefined);
});
