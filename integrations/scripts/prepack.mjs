/**
 * What a package holds beyond its folder, put there while npm packs it: the licences, and with `--platform-packages` the optional
 * dependencies on the packages with the program, one a platform. They are not in the committed package.json because
 * `npm ci` would then ask the registry for packages of a version that is not published yet. `--undo` takes all away again.
 *
 * npm tells the registry about a package.json that it reads after `--undo`, so publishing is for the tarballs:
 * `npm publish trailmark-0.1.0.tgz`. `--refuse-publish` says so.
 */
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const LICENCES = ['LICENSE-APACHE', 'LICENSE-MIT'];
const wanted = new Set(process.argv.slice(2));

if (wanted.has('--refuse-publish')) {
  fail('publish the tarball: `npm pack`, then `npm publish FILE.tgz`');
}
if (!wanted.has('--undo')) {
  const { exports = {} } = JSON.parse(readFileSync('package.json', 'utf8'));
  const entries = Object.values(exports).flatMap((entry) => (typeof entry === 'string' ? [entry] : Object.values(entry)));
  const missing = entries.find((file) => typeof file === 'string' && !file.includes('*') && !existsSync(file));
  if (missing !== undefined) fail(`${missing} is missing; build first: npm run build`);
}
for (const licence of LICENCES) {
  if (wanted.has('--undo')) rmSync(licence, { force: true });
  else copyFileSync(new URL(`../../${licence}`, import.meta.url), licence);
}
if (wanted.has('--undo') || wanted.has('--platform-packages')) await setOptionalDependencies(!wanted.has('--undo'));

/** Writes or removes them, if that changes anything. */
async function setOptionalDependencies(present) {
  const text = readFileSync('package.json', 'utf8');
  const manifest = JSON.parse(text);
  if (!present && manifest.optionalDependencies === undefined) return;
  delete manifest.optionalDependencies;
  if (present) {
    const { packageName, PLATFORMS } = await import('../trailmark/dist/platforms.js');
    manifest.optionalDependencies = Object.fromEntries(PLATFORMS.map((platform) => [packageName(platform), manifest.version]));
    writeFileSync('package.json.committed', text);
    writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
  } else if (existsSync('package.json.committed')) {
    writeFileSync('package.json', readFileSync('package.json.committed'));
    rmSync('package.json.committed');
  }
}

function fail(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}
