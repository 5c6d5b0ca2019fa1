// Answers /api/*; everything else is a file.
export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    const station = pathname.match(/^\/api\/stations\/([a-z-]+)$/)?.[1];
    if (station === undefined) return env.ASSETS.fetch(request);
    return Response.json({ station, turns: [] });
  },
};
