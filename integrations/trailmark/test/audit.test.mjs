/** `audit()` and `report()`, and what integrations make of an audit. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { folderWith, PROGRAM } from './help.mjs';

const { audit, AUDIT_LEVELS, AUDIT_RULES, compile, report } = await import('trailmark');
const { anAudit, auditBuilt } = await import('trailmark/integration');

const TYPES = fileURLToPath(new URL('../../node_modules/@types', import.meta.url));
const SITE = {
  'dist/index.html': '<a href="/gone">a</a> <a href="/about.html">b</a> <a href="/about#nobody">c</a>\n<img src="/gone.png">',
  'dist/about.html': '<link rel="canonical" href="https://a.example/about.html"><a href="/">home</a> <a href="https://a.example/away">d</a>',
  'dist/left/alone.html': '',
  'dist/404.html': '<a href="about">e</a>',
};
const errorOf = (promise) => promise.then(() => assert.fail('no error'), (error) => error);
const rulesOf = ({ groups }) => groups.map(({ rule }) => rule).sort();

test('the rules and levels are those of the command', () => {
  const listed = execFileSync(PROGRAM, ['audit', '--rules'], { encoding: 'utf8' }).trim().split('\n').map((line) => line.split(/\s+/));
  assert.deepEqual(listed.map(([name]) => name), [...AUDIT_RULES]);
  assert.deepEqual([...new Set(listed.map(([, level]) => level))].sort(), [...AUDIT_LEVELS].sort());
});

test('a folder is audited, and so is a manifest with its folder', async () => {
  const cwd = folderWith(SITE);
  const found = await audit('dist', { cwd, site: 'https://a.example' });
  const missing = found.groups.find(({ rule }) => rule === 'not-found');
  assert.deepEqual([missing.level, missing.count, missing.links, missing.summary], ['error', 3, 3, 'leads to nothing (404)']);
  assert.deepEqual(missing.findings.map(({ target }) => target).sort(), ['/away', '/gone', '/gone.png']);
  const [redirect] = found.groups.find(({ rule }) => rule === 'redirect').findings;
  assert.deepEqual([redirect.fix, redirect.answer.status, redirect.places], ['/about', 307, [{ file: '/index.html', line: 1, column: 32, link: '/about.html' }]]);
  assert.deepEqual([found.fails, found.files, found.hosts], [true, 4, ['a.example']]);
  const { manifest } = await compile({ dist: 'dist', cwd });
  assert.deepEqual({ ...(await audit(manifest, { cwd, dist: 'dist', site: ['a.example'] })), messages: [] }, { ...found, messages: [] });
});

test('every option reaches the command', async () => {
  const cwd = folderWith({ ...SITE, 'passed-over': 'not-found /gone* known\n' });
  assert.deepEqual(rulesOf(await audit('dist', { cwd, only: ['not-found', 'redirect'] })), ['not-found', 'redirect']);
  assert.ok(!rulesOf(await audit('dist', { cwd, allow: 'not-found' })).includes('not-found'));
  assert.deepEqual(rulesOf(await audit('dist', { cwd, only: 'not-found', ignoreFile: 'passed-over', site: 'b.example' })), []);
  assert.equal((await audit('dist', { cwd, failOn: 'never' })).fails, false);
  assert.equal((await audit('dist', { cwd, only: 'redirect' })).fails, false);
  assert.equal((await audit('dist', { cwd, only: 'redirect', failOn: ['server-error', 'redirect'] })).fails, true);
  const [group] = (await audit('dist', { cwd, only: 'not-found', limit: 1, site: 'a.example' })).groups;
  assert.deepEqual([group.count, group.findings.length], [3, 1]);
  const never = await audit('dist', { cwd, only: 'redirect', htmlHandling: 'none', config: false });
  assert.deepEqual(rulesOf(never), []);
  assert.deepEqual(rulesOf(await audit('dist', { cwd, only: 'outside-base', base: '/docs' })), ['outside-base']);
});

test('what can not be audited is an error', async () => {
  const cwd = folderWith(SITE);
  const none = await errorOf(audit('nowhere', { cwd }));
  assert.deepEqual([none.name, none.code, none.exitStatus, none.message], ['TrailmarkError', 'command-failed', 2, 'no such folder: nowhere']);
  assert.match((await errorOf(audit('dist', { cwd, only: 'redirect', allow: 'not-found' }))).message, /cannot be used with/);
});

test('the types are those of what the command prints', async () => {
  const cwd = folderWith({ ...SITE, 'dist/_redirects': '/loop /loop2\n/loop2 /loop\n', 'dist/x.html': '<a href="/loop">' });
  const printed = spawnSync(PROGRAM, ['audit', 'dist', '--quiet', '--format', 'json', '--site', 'a.example'], { cwd, encoding: 'utf8' }).stdout;
  assert.ok(JSON.parse(printed).groups.length >= 6, printed);
  const api = fileURLToPath(new URL('../dist/index.js', import.meta.url));
  const wrong = printed.replace('"in_files"', '"inFiles"');
  const source = (json) => `import type { AuditReport } from '${api}';\nexport const report: Omit<AuditReport, 'fails' | 'messages'> = ${json};\n`;
  const complaints = (text) => {
    const folder = folderWith({ 'check.mts': text });
    const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
    const settings = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--skipLibCheck', '--target', 'ES2022', '--module', 'NodeNext', '--types', 'node', '--typeRoots', TYPES];
    return spawnSync(process.execPath, [compiler, ...settings, 'check.mts'], { cwd: folder, encoding: 'utf8' }).stdout;
  };
  assert.equal(complaints(source(printed)), '');
  assert.match(complaints(source(wrong)), /inFiles/);
});

test('a report is one file', async () => {
  const cwd = folderWith(SITE);
  const file = await report('dist', 'out.html', { cwd, title: 'Our site', limit: 5 });
  assert.equal(file, join(cwd, 'out.html'));
  assert.match(readFileSync(file, 'utf8'), /<title>Our site/);
  assert.ok(existsSync(await report('dist', 'bare.html', { cwd, audit: false, platform: 'pages' })));
  assert.equal((await errorOf(report('dist', 'dist/in.html', { cwd }))).code, 'command-failed');
});

/** An audit of a build, told. */
async function told(cwd, more = {}) {
  const { manifest } = await compile({ dist: 'dist', cwd });
  return auditBuilt({ manifest: join(cwd, manifest), dist: join(cwd, 'dist'), cwd, settings: true, strict: false, ...more });
}

test('an integration tells of each rule in a few lines, and of notes in one', async () => {
  const cwd = folderWith(SITE);
  const { warnings, notes, failure } = await told(cwd, { site: 'https://a.example' });
  assert.equal(
    warnings[0],
    'audit: error not-found: leads to nothing (404): 3 links to 3 targets, in 2 files\n' +
      '  /away  dist/about.html:1:89\n  /gone  dist/index.html:1:10\n  /gone.png  dist/index.html:2:11\n' +
      '  Correct the link, or bring back the page, or add a redirect.',
  );
  assert.ok(warnings.some((text) => text.includes('\n  /about.html  write /about  dist/index.html:1:32\n')), warnings.join('\n'));
  assert.match(notes.join('\n'), /^audit: 4 pages, 8 links inside the site; notes: .*orphan-page \(1 page\).*; all findings: npx trailmark audit dist\.trailmark --dist dist$/);
  assert.equal(failure, undefined);
  const clean = await told(folderWith({ 'dist/index.html': '<a href="/">x</a>' }));
  assert.deepEqual(clean, { warnings: [], notes: ['audit: 1 page, 1 link inside the site; nothing to complain of'], failure: undefined });
});

test('what an integration shows is short and can not move the cursor', async () => {
  const links = Array.from({ length: 2000 }, (_, index) => `<a href="/gone/${index}">x</a>`).join('');
  const { warnings } = await told(folderWith({ 'dist/index.html': `${links}<a href="/about.html">`, 'dist/a\u001b[2J\u202e.html': '<a href="/&#27;gone">'.repeat(2) }));
  assert.match(warnings[0], /2,003 links to 2,002 targets[^]*\/%1Bgone {2}2 links, the first in dist\/a\\u\{1b\}\[2J\\u\{202e\}\.html:1:10\n[^]*and 1,999 more/);
  assert.ok(warnings[0].length < 500, warnings[0]);
  assert.doesNotMatch(warnings.join(''), /[\u001b\u202e]/);
});

test('an integration fails where it is told to: by default only with strict', async () => {
  const cwd = folderWith(SITE);
  const fails = async (settings, strict = false) => (await told(cwd, { settings, strict })).failure;
  assert.equal(await fails(true), undefined);
  assert.equal((await fails(true, true)).code, 'audit-failed');
  assert.equal(await fails({ failOn: 'never' }, true), undefined);
  const error = await fails({ failOn: 'error' });
  assert.match(error.message, /^the audit found what `failOn` \(error\) takes for a failure: not-found \(3 links to 3 targets/);
  assert.match(error.message, /\nWhere, and what to write instead: npx trailmark audit dist\.trailmark --dist dist\n/);
  assert.doesNotMatch(error.message, /missing-fragment|orphan/);
  assert.match((await fails({ failOn: ['redirect', 'error'], only: 'redirect' })).message, /: redirect \(1 link to 1 target, in 1 file\)/);
  assert.equal(await fails({ failOn: 'error', only: 'redirect' }), undefined);
});

test('the option `audit` is checked through', () => {
  const check = anAudit('the-plugin');
  for (const fine of [true, false, {}, { failOn: 'never', site: 'https://a.example' }, { failOn: ['error', 'redirect'], only: 'redirect' }, { allow: ['orphan-page'] }]) assert.equal(check(fine), undefined);
  assert.equal(check('yes'), 'true, false, or an object');
  assert.equal(check({ allow: 'redirect', only: 'redirect' }), 'an object with `allow` or `only`, not both');
  assert.throws(() => check({ failon: 'error' }), { code: 'bad-option', message: 'the-plugin: audit: there is no option `failon`\nDid you mean `failOn`?' });
  assert.throws(() => check({ only: ['redirects'] }), /option `only` must be one of `not-found`/);
});
