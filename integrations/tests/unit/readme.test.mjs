import assert from 'node:assert/strict';
import { test } from 'node:test';

import { matches, steps } from '../kit/readme.mjs';

const PAGE = ['### Other', '```sh', 'no', '```', '### This', 'Words.', '```sh', 'npm init', 'npm i', '```', '```js', '// src/a.js', 'x;', '```', '```console', '$ one', 'out', '$ two', '```', '## End', '```sh', 'no', '```'];

test('a section is taken apart into commands, files, and what commands print', () => {
  assert.deepEqual(steps(PAGE.join('\n'), 'This'), [
    { kind: 'run', commands: 'npm init\nnpm i' },
    { kind: 'write', path: 'src/a.js', text: 'x;\n' },
    { kind: 'show', command: 'one', output: ['out'] },
    { kind: 'show', command: 'two', output: [] },
  ]);
  assert.throws(() => steps(PAGE.join('\n'), 'Missing'), /no section/);
});

test('dots stand for anything, and everything else for itself', () => {
  assert.ok(matches(['a (b)', '...', 'c ... d'], 'a (b)\nx\ny\nc and d\n'));
  assert.ok(matches(['...'], 'x\n'));
  assert.ok(!matches(['a'], 'a\nb'));
  assert.ok(!matches(['a.c'], 'abc'));
});
