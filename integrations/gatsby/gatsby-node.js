// What Gatsby calls. The names stand here since Gatsby reads them from the text of this file.
export { onPostBuild, onPreInit, pluginOptionsSchema } from './dist/node.js';
