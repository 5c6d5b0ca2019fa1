// Recorded sites on stdin, a JSON line each; what Node is answered on stdout.

import readline from 'node:readline';

import { Manifest } from '../../dist/node.js';
import { askSite } from './ask.mjs';

for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  const reply = `${JSON.stringify(askSite(Manifest, JSON.parse(line)))}\n`;
  if (!process.stdout.write(reply)) await new Promise((done) => process.stdout.once('drain', done));
}
