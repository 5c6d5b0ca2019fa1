// Workers static assets: the router worker and the asset worker inside Miniflare, in workerd.
//
// As in `wrangler dev`: Miniflare reads `_redirects`, `_headers` and `.assetsignore` from the directory, and
// wrangler turns `run_worker_first` into router options.

import path from "node:path";
import { askAll } from "./http.mjs";
import { Runtime } from "./runtime.mjs";
import { miniflare, wrangler } from "./upstream.mjs";

// Answers by itself, or hands the request to the assets binding: the header `x-oracle-mode` says which.
const USER_WORKER = `
  export default {
    async fetch(request, env) {
      if (request.headers.get("x-oracle-mode") !== "assets") {
        return new Response("worker", { headers: { "x-oracle": "worker" } });
      }
      const answer = await env.ASSETS.fetch(request);
      const marked = new Response(answer.body, answer);
      marked.headers.set("x-oracle", "binding");
      return marked;
    },
  };
`;
const NO_WORKER = `export default { fetch() { throw new Error("there is no Worker"); } };`;

const runtime = new Runtime();

export async function askWorkers(site, timeoutMs) {
  miniflare().setManifestHook(site.etags === "content" ? contentManifest : null);
  const base = await runtime.start(workerOptions(site));
  const answers = await askAll(base, site, timeoutMs);
  return { answers, warnings: runtime.warnings, address: base.host };
}

export const stopWorkers = () => runtime.stop();

function workerOptions(site) {
  const hasWorker = site.worker === true;
  return {
    modules: true,
    script: hasWorker ? USER_WORKER : NO_WORKER,
    compatibilityDate: site.compatibility_date ?? "2025-07-21",
    compatibilityFlags: site.compatibility_flags ?? [],
    assets: {
      directory: site.dir,
      binding: hasWorker ? "ASSETS" : undefined,
      assetConfig: {
        html_handling: site.html_handling ?? undefined,
        not_found_handling: site.not_found_handling ?? undefined,
      },
      routerConfig: { has_user_worker: hasWorker, ...workerFirst(site.run_worker_first) },
    },
  };
}

function workerFirst(value) {
  if (Array.isArray(value)) return { static_routing: wrangler().parseStaticRouting(value) };
  if (typeof value === "boolean") return { invoke_user_worker_ahead_of_assets: value };
  return {};
}

// The manifest of a deployment: identity by bytes and extension, with the hash wrangler uploads under. Miniflare
// derives it from path and time. Paths, ignored files and media types stay what Miniflare found.
function contentManifest(dir, { manifest, assetsReverseMap }) {
  const byContent = {};
  const entries = manifest.map(({ pathHash, contentHash }) => {
    const found = assetsReverseMap[Buffer.from(contentHash).toString("hex")];
    const hash = wrangler().hashFile(path.join(dir, found.filePath));
    byContent[hash] ??= found;
    return { pathHash, contentHash: new Uint8Array(Buffer.from(hash, "hex")) };
  });
  return { manifest: entries, assetsReverseMap: byContent };
}
