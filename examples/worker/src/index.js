// A Worker that serves a site by its manifest, beside code of its own.

import { assetUrl, headersOf, Manifest } from '@trailmark/runtime';

import bytes from '../site.trailmark';

// Opened once for each isolate; an answer takes a few microseconds.
const manifest = Manifest.openSync(bytes);

export default {
  async fetch(request, env) {
    if (new URL(request.url).pathname === '/api/time') return Response.json({ now: new Date().toISOString() });
    return site(request, env);
  },
};

async function site(request, env) {
  const answer = manifest.answer(request, { via: 'binding' });
  const headers = new Headers(headersOf(answer));
  // Which rule decided: the name that `trailmark explain` tells the story of.
  headers.set('x-trailmark-rule', answer.rule);
  const init = { status: answer.status, headers };
  if (answer.asset === null || request.method === 'HEAD') return new Response(null, init);

  const file = await env.ASSETS.fetch(assetUrl(answer.asset, request.url));
  if (file.status !== 200) {
    return new Response(`${answer.asset} was not deployed with this manifest: run \`npm run build\` before deploying`, { status: 500 });
  }
  return new Response(file.body, init);
}
