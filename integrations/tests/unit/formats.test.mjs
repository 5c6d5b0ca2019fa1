// What other programs read of `trailmark audit`: SARIF against the schema of OASIS, and what GitHub wants beside it; workflow commands as its
// runner takes them apart.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';

import Ajv from 'ajv';
import addFormats from 'ajv-formats';

import { binary } from '../kit/places.mjs';

const ODD = 'ü %25,: {0} [a](b)\u202e';
const FILES = {
  'index.html': `<a href="/gone">a</a>\n<a href="/about.html">b</a> <a href="/about#{0}[x](1)">c</a> <a href="/loop">d</a><img src="/gone%0A,:.png">`,
  'about.html': '<link rel="canonical" href="https://site.example/about.html"><a href="https://site.example/lost">d</a>',
  [`${ODD}.html`]: '<a href="/gone">x</a>',
  'docs/alone.html': '<a href="/docs/gone">x</a>',
  'sitemap.xml': '<urlset><url><loc>https://site.example/about.html</loc></url><url><loc>https://site.example/lost</loc></url></urlset>',
  'bad.xml.gz': 'no gzip', 'sitemap-2.xml.gz': 'no gzip',
  '404.html': '<a href="about">e</a>',
  _redirects: '/loop /loop2\n/loop2 /loop\n',
};

const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function site(files = FILES) {
  const folder = mkdtempSync(join(tmpdir(), 'trailmark-formats-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, 'dist', path)), { recursive: true });
    writeFileSync(join(folder, 'dist', path), text);
  }
  return folder;
}

function audited(cwd, args, env = {}) {
  const { status, stdout, stderr } = spawnSync(binary(), ['audit', ...args, '-q'], { cwd, encoding: 'utf8', maxBuffer: 1e9, env: { ...process.env, ...env } });
  assert.ok(status === 0 || status === 1, stderr);
  return stdout;
}

const schema = JSON.parse(readFileSync(new URL('../schemas/sarif-schema-2.1.0.json', import.meta.url), 'utf8'));
// One of its patterns (that of languages) is none with the flag `u`.
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats(ajv);
const fits = ajv.compile(schema);

test('SARIF fits its schema, whatever files and links are called', () => {
  for (const [args, files] of [[['dist']], [['dist', '--limit', '0']], [['dist', '--only', 'hreflang-no-return']], [['dist'], { 'index.html': '<p>' }]]) {
    const log = JSON.parse(audited(site(files), [...args, '--format', 'sarif']));
    assert.ok(fits(log), JSON.stringify(fits.errors, null, 1));
  }
  // The schema does find what is wrong.
  const log = JSON.parse(audited(site(), ['dist', '--format', 'sarif']));
  log.runs[0].results[0].locations[0].physicalLocation.region.startLine = 0;
  assert.ok(!fits(log));
});

test('SARIF has what code scanning wants beyond the schema', () => {
  const cwd = site();
  const log = JSON.parse(audited(cwd, [join(cwd, 'dist'), '--format', 'sarif']));
  const [{ results, tool }] = log.runs;
  assert.ok(results.length > 8 && results.length < 25_000);
  for (const { id, help, shortDescription } of tool.driver.rules) assert.ok(help.text && shortDescription.text, id);
  for (const result of results) {
    assert.equal(result.locations.length, 1);
    const { artifactLocation, region } = result.locations[0].physicalLocation;
    assert.match(artifactLocation.uri, /^dist\/[^\\ ]+$/, 'from the working directory, though the site was named absolutely');
    assert.ok(region.startLine >= 1);
    assert.ok(result.partialFingerprints && result.message.text);
    // Braces are places to fill in, unless there are two of them.
    assert.doesNotMatch(result.message.text.replaceAll('{{', '').replaceAll('}}', ''), /[{}]/);
  }
  const uris = results.map((result) => decodeURIComponent(result.locations[0].physicalLocation.artifactLocation.uri));
  assert.ok(uris.includes(`dist/${ODD}.html`), uris.join('\n'));
  const outside = JSON.parse(audited(tmpdir(), [join('/', 'proc', 'self', 'cwd', cwd.slice(tmpdir().length + 1), 'dist'), '--format', 'sarif', '--only', 'not-found']));
  assert.match(outside.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri, /^file:\/\/\/proc\/self\/cwd\//);
});

/** As the runner of GitHub reads a line: `ActionCommand.TryParseV2`. */
function command(line) {
  const match = /^::([a-z-]+)(?: ([^]*?))?::([^]*)$/.exec(line);
  if (match === null) return undefined;
  const unescaped = (text, more) => more.reduce((sum, [from, to]) => sum.replaceAll(from, to), text).replaceAll('%25', '%');
  const DATA = [['%0D', '\r'], ['%0A', '\n']];
  const properties = (match[2] ?? '').split(',').filter((part) => part !== '').map((part) => [part.slice(0, part.indexOf('=')), unescaped(part.slice(part.indexOf('=') + 1), [...DATA, ['%3A', ':'], ['%2C', ',']])]);
  return { name: match[1], properties: Object.fromEntries(properties), message: unescaped(match[3], DATA) };
}

test('annotations come through the runner as they were meant', () => {
  const cwd = site();
  const lines = audited(cwd, [join(cwd, 'dist'), '--format', 'github']).trimEnd().split('\n');
  const read = lines.map(command);
  assert.ok(read.every((each) => each !== undefined), lines.join('\n'));
  const files = read.map(({ properties }) => properties.file);
  assert.ok(files.includes('dist/index.html') && files.includes('dist/ü %25,: {0} [a](b)\\u{202e}.html'), files.join('\n'));
  const dead = read.find(({ message }) => message.startsWith('/gone%0A,:.png: '));
  assert.deepEqual([dead.name, dead.properties.line, dead.properties.title], ['error', '2', 'trailmark not-found']);
  for (const { name, properties } of read) {
    assert.ok(['error', 'warning', 'notice'].includes(name));
    assert.deepEqual(Object.keys(properties).filter((key) => !['file', 'line', 'col', 'title'].includes(key)), []);
  }
});

test('no more annotations are written than GitHub shows, of each rule some; the summary counts all', () => {
  const links = Array.from({ length: 40 }, (_, index) => `<a href="/gone/${index}"><a href="/p${index}.html#x">`).join('');
  const pages = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`p${index}.html`, '']));
  const cwd = site({ ...pages, 'index.html': links, '404.html': '<a href="p1">' });
  const summary = join(cwd, 'summary.md');
  writeFileSync(summary, 'before\n');
  const lines = audited(cwd, ['dist', '--format', 'github'], { GITHUB_STEP_SUMMARY: summary }).trimEnd().split('\n');
  const told = lines.pop();
  const counts = {};
  for (const line of lines) {
    const { name, properties } = command(line);
    counts[name] = (counts[name] ?? 0) + 1;
    counts[properties.title] = (counts[properties.title] ?? 0) + 1;
  }
  assert.deepEqual(counts, { error: 10, 'trailmark not-found': 9, 'trailmark relative-in-not-found-page': 1, warning: 10, 'trailmark missing-fragment': 5, 'trailmark redirect': 5 });
  assert.equal(told, '20 of 121 findings are annotated: GitHub shows 10 of each level');
  const text = readFileSync(summary, 'utf8');
  assert.match(text, /^before\n### trailmark audit\n\n\| level \| rule [^]*\| error \| `not-found` \| leads to nothing \(404\) \| 40 links to 40 targets, in 1 file \| /);
});
