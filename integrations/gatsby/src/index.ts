/** Types for a `gatsby-config.ts`. Gatsby itself takes what `gatsby-node.js` exports. */

export type { TrailmarkPluginOptions } from './options.js';
