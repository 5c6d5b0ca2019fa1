import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';

import { afterAllPlugins } from '../dist/after.js';
import { fakeEmitter, fakeStore } from './fakes.mjs';

test('the work waits for the last plugin, and holds Gatsby until it is done', async () => {
  const [store, emitter] = [fakeStore(), fakeEmitter()];
  let finish;
  let started = false;
  afterAllPlugins({ store, emitter }, () => {
    started = true;
    return new Promise((resolve) => (finish = resolve));
  });
  await turn();
  assert.equal(started, false);
  assert.equal(store.getState().jobs.active.length, 1);
  emitter.emit('API_RUNNING_QUEUE_EMPTY');
  await turn();
  assert.equal(started, true);
  assert.equal(store.getState().jobs.active.length, 1);
  finish();
  await turn();
  assert.equal(store.getState().jobs.active.length, 0);
  assert.equal(emitter.count('API_RUNNING_QUEUE_EMPTY'), 0);
});

test('the work waits for jobs of other plugins too', async () => {
  const [store, emitter] = [fakeStore(), fakeEmitter()];
  store.getState().jobsV2.incomplete.set('picture', {});
  let started = false;
  afterAllPlugins({ store, emitter }, async () => void (started = true));
  emitter.emit('API_RUNNING_QUEUE_EMPTY');
  await turn();
  assert.equal(started, false);
  store.getState().jobsV2.incomplete.clear();
  store.dispatch({ type: 'END_JOB_V2', payload: {} });
  await turn();
  assert.equal(started, true);
});
