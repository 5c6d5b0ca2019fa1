/** A registry with our packages as they will be published; all others come from the registry that npm is set to. 127.0.0.1 only. */
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';

import { must } from './run.mjs';

/**
 * @param {{url: string, names: readonly string[]}} own a registry with our packages (kit/registry.mjs), and what it has
 * @returns {Promise<{url: string, close: () => Promise<void>}>}
 */
export async function startMirror(own) {
  const upstream = (await must('npm', ['config', 'get', 'registry'], { cwd: tmpdir() })).trim().split('\n').at(-1).replace(/\/$/, '');
  const server = createServer(async (request, response) => {
    const name = decodeURIComponent(request.url.slice(1));
    try {
      const from = own.names.includes(name) ? own.url : upstream;
      const answer = await fetch(`${from}${request.url}`, { headers: { accept: request.headers.accept ?? '*/*' } });
      const body = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'application/json' });
      response.end(body);
    } catch (error) {
      response.writeHead(502).end(String(error));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(resolve);
    });
  return { url: `http://127.0.0.1:${server.address().port}`, close };
}
