// Recorded sites on stdin, a JSON line each; what a Worker in real workerd is answered on stdout.

import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

import { startWorker } from '../kit/workerd.mjs';

const worker = await startWorker(fileURLToPath(new URL('worker.mjs', import.meta.url)));
try {
  for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    const response = await worker.dispatchFetch('http://worker/', { method: 'POST', body: line });
    const reply = await response.text();
    if (!response.ok) throw new Error(`the Worker failed: ${reply.slice(0, 2000)}`);
    process.stdout.write(`${reply}\n`);
  }
} finally {
  await worker.dispose();
}
