/** The functions that Gatsby calls. */

import { binaryPath, TrailmarkError } from 'trailmark';

import { afterAllPlugins } from './after.js';
import { checkGatsby, SiteError } from './checks.js';
import type { GatsbyNodeArgs, GatsbyReporter } from './gatsby.js';
import { checkNames, type GivenOptions, NAME } from './options.js';
import { run } from './run.js';
import { siteOf } from './site.js';

export { pluginOptionsSchema } from './options.js';

/** The only kind of error there is for Gatsby; the message says the rest. */
const ERROR = 'failed';

/** Before anything is built: what would fail after minutes fails at once. `gatsby develop` needs none of it. */
export function onPreInit({ reporter, store }: GatsbyNodeArgs, options: GivenOptions): void {
  reporter.setErrorMap({
    [ERROR]: { text: ({ sourceMessage }) => (sourceMessage.startsWith(NAME) ? sourceMessage : `${NAME}: ${sourceMessage}`), type: 'PLUGIN', level: 'ERROR', category: 'USER' },
  });
  if (process.env['gatsby_executing_command'] !== 'build') return;
  try {
    checkNames(options);
    checkGatsby(store.getState().program.directory);
    binaryPath();
  } catch (error) {
    fail(reporter, error);
  }
}

/** After the build, and after every other plugin's `onPostBuild`. */
export function onPostBuild({ reporter, store, emitter }: GatsbyNodeArgs, options: GivenOptions): void {
  afterAllPlugins({ store, emitter }, async () => {
    try {
      await run(siteOf(store.getState()), options, reporter);
    } catch (error) {
      fail(reporter, error);
    }
  });
}

/** Ends the build with status 1. */
function fail(reporter: GatsbyReporter, error: unknown): void {
  const known = error instanceof TrailmarkError || error instanceof SiteError;
  const message = known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error);
  reporter.panic({ id: ERROR, context: { sourceMessage: message } });
}
