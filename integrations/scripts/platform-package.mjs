/**
 * Makes the package that carries the program for one platform, below `integrations/platforms/`:
 *
 *     node scripts/platform-package.mjs [--binary FILE] [--platform linux-x64-gnu] [--out FOLDER]
 *
 * Without arguments: of this machine, with the program of `cargo build --release`. Prints the folder; `npm pack` there makes the
 * tarball. Debug information is stripped where there is a `strip` for it.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { packageName, platformsFor, PLATFORMS, programIn, thisMachine } from '../trailmark/dist/platforms.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values } = parseArgs({
  options: { binary: { type: 'string' }, platform: { type: 'string' }, out: { type: 'string' } },
});
const here = platformsFor(thisMachine())[0];
const platform = values.platform === undefined ? here : PLATFORMS.find(({ key }) => key === values.platform);
if (platform === undefined) {
  fail(`no such platform: ${values.platform ?? 'this machine'}; there are ${PLATFORMS.map(({ key }) => key).join(', ')}`);
}
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
const binary = values.binary ?? join(target, 'release', platform.os === 'win32' ? 'trailmark.exe' : 'trailmark');
if (!existsSync(binary)) fail(`${binary} is missing; build it: cargo build --release`);

const folder = join(values.out ?? join(root, 'integrations/platforms'), `cli-${platform.key}`);
const program = join(folder, programIn(platform));
rmSync(folder, { recursive: true, force: true });
mkdirSync(dirname(program), { recursive: true });
copyFileSync(binary, program);
if (platform === here && platform.os !== 'win32') spawnSync('strip', [program]);
chmodSync(program, 0o755);
for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT']) copyFileSync(join(root, licence), join(folder, licence));
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
writeFileSync(
  join(folder, 'README.md'),
  `# ${packageName(platform)}\n\nThe \`trailmark\` program for ${platform.target}. Install \`trailmark\`, which chooses it.\n`,
);
console.log(folder);

function manifest() {
  const { version, license } = JSON.parse(readFileSync(join(root, 'integrations/trailmark/package.json'), 'utf8'));
  return {
    name: packageName(platform),
    version,
    description: `The trailmark program for ${platform.target}`,
    license,
    os: [platform.os],
    cpu: [platform.cpu],
    ...(platform.libc === undefined ? {} : { libc: [platform.libc] }),
    files: ['bin', 'LICENSE-*'],
    // Yarn keeps packages in archives, out of which no program can be run.
    preferUnplugged: true,
  };
}

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}
