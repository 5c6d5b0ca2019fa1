import assert from 'node:assert/strict';
import { test } from 'node:test';

import { pluginOptionsSchema } from '../dist/node.js';
import * as plugin from '../gatsby-node.js';

/** Joi, as far as the schema uses it: what it was told, to be read back. */
const joi = (type) => {
  const schema = { type, values: undefined, described: '', shape: undefined };
  schema.keys = (shape) => Object.assign(schema, { shape });
  schema.valid = (...values) => Object.assign(schema, { values });
  schema.description = (described) => Object.assign(schema, { described });
  schema.default = () => schema;
  return schema;
};
const Joi = { object: () => joi('object'), string: () => joi('string'), boolean: () => joi('boolean'), alternatives: () => joi('alternatives') };

test('gatsby-node exports what Gatsby looks for, and no more', () => {
  assert.deepEqual(Object.keys(plugin).sort(), ['onPostBuild', 'onPreInit', 'pluginOptionsSchema']);
});

test('every option is described, and those with fixed values name the platform\'s own', () => {
  const { shape } = pluginOptionsSchema({ Joi });
  assert.deepEqual(Object.keys(shape), ['output', 'config', 'platform', 'htmlHandling', 'notFoundHandling', 'strict', 'audit']);
  for (const each of Object.values(shape)) assert.notEqual(each.described, '');
  assert.deepEqual(shape.platform.values, ['workers', 'pages']);
  assert.deepEqual(shape.notFoundHandling.values, ['404-page', 'single-page-application', 'none']);
});
