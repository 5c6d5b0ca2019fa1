// Pages: the asset handler that wrangler ships, run in workerd over an exact-match manifest as production has it.
//
// `wrangler pages dev` runs the same handler in Node and looks paths up on the file system, which adds answers of
// its own. Here the manifest is the one `wrangler pages deploy` would upload (same ignored files, hashes and media
// types), rule files go through wrangler's parser, and one workerd serves all cases: each case hands it a new site.

import fs from "node:fs";
import path from "node:path";
import crypto from "node:crypto";
import { askAll } from "./http.mjs";
import { Runtime } from "./runtime.mjs";
import { miniflare, wrangler, wranglerSource, wranglerTemplate } from "./upstream.mjs";

const HANDLER_PARTS = [
  "../workers-shared/asset-worker/src/utils/rules-engine.ts",
  "../pages-shared/asset-server/responses.ts",
  "../pages-shared/asset-server/handler.ts",
];
const NEW_SITE = crypto.randomUUID();
const RULE_FILES = ["_redirects", "_headers", "_routes.json"];

const runtime = new Runtime();
let base = null;
let files = new Map();

export async function askPages(site, timeoutMs) {
  const { state, keys, warnings } = await pagesSite(site);
  files = keys;
  try {
    base ??= await runtime.start(handlerWorker());
    await install(state);
  } catch (error) {
    await stopPages();
    throw error;
  }
  return { answers: await askAll(base, site, timeoutMs), warnings, address: base.host };
}

export async function stopPages() {
  base = null;
  await runtime.stop();
}

async function install(state) {
  const response = await fetch(base, { method: "POST", headers: { "x-oracle-site": NEW_SITE }, body: JSON.stringify(state) });
  if (!response.ok) throw new Error(`the Pages worker refused the site: ${await response.text()}`);
}

// What a deployment of this directory would consist of.
async function pagesSite(site) {
  const cloudflare = wrangler();
  const [redirects, headers, routes] = RULE_FILES.map((name) => readIfThere(path.join(site.dir, name)));
  const warnings = [];
  const metadata = cloudflare.createMetadataObject({
    redirects: redirects === null ? undefined : cloudflare.parseRedirects(redirects, { htmlHandling: undefined }),
    headers: headers === null ? undefined : cloudflare.parseHeaders(headers),
    logger: { debug() {}, log() {}, info() {}, warn: (message) => warnings.push(message), error: (error) => warnings.push(String(error)) },
  });
  const uploaded = await cloudflare.validateFiles({ directory: site.dir });
  const manifest = {};
  const keys = new Map();
  for (const [name, { path: file, contentType, hash }] of uploaded) {
    manifest[`/${name}`] = [hash, site.media_types === "deploy" ? contentType : developmentType(`/${name}`)];
    keys.set(hash, file);
  }
  return { state: { manifest, metadata, functions: functionRoutes(site, routes) }, keys, warnings };
}

// Asked about an absolute path, the media type table sees no extension in a root file `c` or `.html`; asked about a
// relative one, as a deployment does, it takes the whole name for one.
const developmentType = (name) => wrangler().mediaType(name) || "application/octet-stream";

// null: no Functions. Otherwise the `_routes.json` in force; without one a Function gets every request.
function functionRoutes(site, text) {
  if (site.functions !== true) return null;
  if (text === null) return { include: ["/*"], exclude: [] };
  const routes = JSON.parse(text);
  wrangler().validateRoutes(routes, "_routes.json");
  return routes;
}

// As in a deployment: what cannot be read, such as a directory of that name, is not there.
function readIfThere(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

function handlerWorker() {
  const { Response } = miniflare();
  return {
    compatibilityDate: "2025-07-21",
    modules: [{ type: "ESModule", path: "pages.mjs", contents: handlerModule() }],
    serviceBindings: {
      // The bytes stay on disk until they are asked for.
      FILES: async (request) => {
        const file = files.get(new URL(request.url).pathname.slice(1));
        return file === undefined ? new Response(null, { status: 404 }) : new Response(await fs.promises.readFile(file));
      },
    },
  };
}

// The bundled source files as one module: the bundler's own helpers are given again, and imports of parts that
// the handler never calls become empty.
function handlerModule() {
  const parts = HANDLER_PARTS.map(wranglerSource).join("\n");
  const own = new Set([...parts.matchAll(/var (init_\w+) = __esm/g)].map(([, name]) => name));
  const foreign = new Set([...parts.matchAll(/\b(init_\w+)\(\)/g)].map(([, name]) => name).filter((name) => !own.has(name)));
  return `
    const __name = (value) => value;
    const __export = () => {};
    const __esm = (parts) => { let done = false; return () => { if (!done) { done = true; Object.values(parts)[0](); } }; };
    ${[...foreign].map((name) => `const ${name} = () => {};`).join("\n")}
    ${parts}
    ${[...own].map((name) => `${name}();`).join("\n")}
    ${wranglerTemplate("pages-dev-util.ts")}
    ${HANDLER_WORKER.replace("NEW_SITE", JSON.stringify(NEW_SITE))}
  `;
}

// The same test Worker as for Workers sites stands for the project's Functions.
const HANDLER_WORKER = `
  let site;

  export default {
    async fetch(request, env) {
      if (request.headers.get("x-oracle-site") === NEW_SITE) {
        site = await request.json();
        site.types = Object.fromEntries(Object.values(site.manifest));
        return new Response("installed");
      }
      if (!goesToFunction(new URL(request.url).pathname)) return assets(request, env);
      if (request.headers.get("x-oracle-mode") !== "assets") {
        return new Response("worker", { headers: { "x-oracle": "worker" } });
      }
      const answer = await assets(request, env);
      const marked = new Response(answer.body, answer);
      marked.headers.set("x-oracle", "binding");
      return marked;
    },
  };

  function goesToFunction(pathname) {
    const { functions } = site;
    if (functions === null) return false;
    const matches = (rule) => isRoutingRuleMatch(pathname, rule);
    return !functions.exclude.some(matches) && functions.include.some(matches);
  }

  function assets(request, env) {
    return generateHandler({
      request,
      metadata: site.metadata,
      xWebAnalyticsHeader: false,
      logError: (error) => console.error(error),
      findAssetEntryForPath: async (path) => (Object.hasOwn(site.manifest, path) ? site.manifest[path] : null),
      getAssetKey: ([key]) => key,
      negotiateContent: (asked) => {
        const accepted = parseQualityWeightedList(asked.headers.get("Accept-Encoding") ?? undefined);
        const identityRefused = accepted.identity === 0 || (accepted["*"] === 0 && accepted.identity === undefined);
        if (identityRefused) throw new Error("no acceptable encoding");
        return { encoding: null };
      },
      fetchAsset: async (key) => {
        const type = site.types[key];
        const response = await env.FILES.fetch("http://files/" + key);
        if (!response.ok) throw new Error("no bytes for " + key);
        const contentType = type.startsWith("text/") && !type.includes("charset") ? type + "; charset=utf-8" : type;
        return { body: response.body, contentType };
      },
    });
  }
`;
