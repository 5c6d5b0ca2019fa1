/**
 * Runs something when every plugin has had its `onPostBuild`, wherever ours stands in the list. Gatsby calls them one after
 * the other, the site's own `gatsby-node` last, and many of them still write files (sitemaps, feeds, service workers). After
 * them it waits for the jobs that are open, and an open job is what holds it here until we are done.
 */

import type { GatsbyNodeArgs } from './gatsby.js';
import { NAME } from './options.js';

const PLUGIN = { name: NAME };
const JOB = { id: NAME };

/**
 * Comes back at once; `work` runs later. It must not throw. The actions are those of `createJob` and `endJob`, which warn
 * about themselves when called by name: their successor `createJobV2` can neither wait nor see the store.
 */
export function afterAllPlugins({ store, emitter }: Pick<GatsbyNodeArgs, 'store' | 'emitter'>, work: () => Promise<void>): void {
  store.dispatch({ type: 'CREATE_JOB', payload: JOB, plugin: PLUGIN });
  const pluginsDone = (): void => {
    emitter.off('API_RUNNING_QUEUE_EMPTY', pluginsDone);
    void otherJobsDone(store)
      .then(work)
      .finally(() => store.dispatch({ type: 'END_JOB', payload: JOB, plugin: PLUGIN }));
  };
  emitter.on('API_RUNNING_QUEUE_EMPTY', pluginsDone);
}

/** Jobs of other plugins, pictures for the most part, write into `public/` as well. */
function otherJobsDone(store: GatsbyNodeArgs['store']): Promise<void> {
  const done = (): boolean => {
    const { jobs, jobsV2 } = store.getState();
    return jobsV2.incomplete.size === 0 && jobs.active.every(({ id }) => id === JOB.id);
  };
  return new Promise((resolve) => {
    if (done()) {
      resolve();
      return;
    }
    const stop = store.subscribe(() => {
      if (!done()) return;
      stop();
      resolve();
    });
  });
}
