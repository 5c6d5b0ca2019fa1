/** What would be published: everything that a user needs, and nothing else. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';

import { packageName, PLATFORMS, platformsFor, thisMachine } from '../../trailmark/dist/platforms.js';

import { listTarball, packAll, readFromTarball } from '../kit/pack.mjs';
import { INTEGRATIONS, scratch } from '../kit/places.mjs';
import { must } from '../kit/run.mjs';

/** Those that are there; `@trailmark/runtime` is packed by its own tests, since it needs the WebAssembly. */
const WORKSPACES = ['trailmark', 'astro', 'gatsby'].filter((name) => existsSync(join(INTEGRATIONS, name, 'package.json')));
const committed = new Map(WORKSPACES.map((name) => [name, readFileSync(join(INTEGRATIONS, name, 'package.json'), 'utf8')]));

let packed;
let manifests;
before(async () => {
  packed = await packAll(WORKSPACES);
  const read = async ([name, tarball]) => [name, JSON.parse(await readFromTarball(tarball, 'package.json'))];
  manifests = new Map(await Promise.all([...packed].map(read)));
});

test('every package has its licences, a README, and the files that it names', async () => {
  for (const [name, tarball] of packed) {
    const files = await listTarball(tarball);
    for (const file of ['LICENSE-APACHE', 'LICENSE-MIT', 'README.md', 'package.json']) assert.ok(files.includes(file), `${name}: ${file}`);
    const { exports = {}, bin = {}, main, license } = manifests.get(name);
    const named = [...Object.values(exports), ...Object.values(bin), ...(main ? [main] : [])]
      .flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry)))
      .map((file) => file.replace(/^\.\//, ''));
    for (const file of named) assert.ok(files.includes(file), `${name}: ${file}`);
    assert.equal(license, 'MIT OR Apache-2.0');
    const strange = files.filter((file) => /^(src|test|node_modules)\/|\.test\.|tsconfig|committed|\.map$/.test(file));
    assert.deepEqual(strange, [], name);
  }
});

test('all are of one version, which the command has too', () => {
  const cargo = /^version = "(.*)"/m.exec(readFileSync(join(INTEGRATIONS, '../Cargo.toml'), 'utf8'))?.[1];
  for (const [name, { version, dependencies = {} }] of manifests) {
    assert.equal(version, cargo, name);
    for (const [of, wanted] of Object.entries(dependencies)) if (manifests.has(of)) assert.equal(wanted, cargo, `${name} needs ${of}`);
  }
});

test('trailmark depends on the package of each platform, and the committed file does not', () => {
  const version = manifests.get('trailmark').version;
  assert.deepEqual(
    manifests.get('trailmark').optionalDependencies,
    Object.fromEntries(PLATFORMS.map((platform) => [packageName(platform), version])),
  );
  for (const [name, text] of committed) assert.equal(readFileSync(join(INTEGRATIONS, name, 'package.json'), 'utf8'), text, name);
  assert.ok(WORKSPACES.every((name) => !readdirSync(join(INTEGRATIONS, name)).some((file) => /^LICENSE|committed/.test(file))));
});

test('the package of this machine is for it alone, and holds a program that runs', async () => {
  const [platform] = platformsFor(thisMachine());
  const name = packageName(platform);
  const { os, cpu, libc, scripts } = manifests.get(name);
  assert.deepEqual({ os, cpu, libc }, { os: [platform.os], cpu: [platform.cpu], libc: platform.libc && [platform.libc] });
  assert.equal(scripts, undefined);
  const folder = scratch('unpacked');
  await must('tar', ['-xzf', packed.get(name), '-C', folder]);
  assert.match(await must(join(folder, 'package/bin/trailmark'), ['--version']), /^trailmark \d/);
});

test('no package runs a script when it is installed', () => {
  for (const [name, { scripts = {} }] of manifests) {
    const installing = Object.keys(scripts).filter((script) => /^(pre|post)?install$|^prepare$/.test(script));
    assert.deepEqual(installing, [], name);
  }
});
