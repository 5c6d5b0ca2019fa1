// The two npm packages that hold Cloudflare's code, loaded so that a few of their internals can be reached.
//
// Both are single-file CommonJS bundles. Each is read from node_modules and evaluated with a few lines appended
// that hand out names of the bundle's own scope; nothing on disk is changed. The names are those of the exact
// versions pinned in package.json, and a missing one is an error here, not a wrong answer later.

import fs from "node:fs";
import path from "node:path";
import vm from "node:vm";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const loaded = new Map();

/** `miniflare`, plus `setManifestHook(f)`: `f(dir, { manifest, assetsReverseMap })` may rewrite the manifest. */
export function miniflare() {
  return once("miniflare", () =>
    evaluate(require.resolve("miniflare"), require, `
      const devWalk = walk;
      if (!String(buildAssetManifest).includes("await walk(dir)")) throw new Error("the manifest builder is not as expected");
      let manifestHook = null;
      walk = async (dir) => {
        const walked = await devWalk(dir);
        return manifestHook === null ? walked : manifestHook(dir, walked);
      };
      module.exports = { ...module.exports, setManifestHook: (f) => { manifestHook = f; } };
    `),
  );
}

/** What wrangler itself parses, validates, hashes and uploads with. */
export function wrangler() {
  return once("wrangler", () => {
    const file = require.resolve("wrangler");
    const own = createRequire(file);
    const requireShared = (id) => (id === "miniflare" ? miniflare() : own(id));
    return evaluate(file, Object.assign(requireShared, own), `
      init_workers_shared();
      init_parseStaticRouting();
      init_createMetadataObject();
      init_routes_validation();
      init_validate3();
      init_hash();
      module.exports = {
        createMetadataObject, hashFile, parseHeaders, parseRedirects, parseStaticRouting,
        mediaType: (path) => import_mime2.getType(path), validateFiles: validate, validateRoutes: validateRoutes2,
      };
    `);
  });
}

/** The text of wrangler's bundle between one `// path` banner and the next: one upstream source file, bundled. */
export function wranglerSource(banner) {
  const text = once("wrangler text", () => fs.readFileSync(require.resolve("wrangler"), "utf8"));
  const start = text.indexOf(`\n// ${banner}\n`);
  if (start < 0) throw new Error(`wrangler's bundle has no part "${banner}"`);
  const rest = text.slice(start + 1);
  const end = rest.slice(1).search(/\n\/\/ (?:\.\.\/|src\/)\S+\n/);
  return end < 0 ? rest : rest.slice(0, end + 1);
}

/** A template of wrangler's, as JavaScript. */
export function wranglerTemplate(name) {
  const main = require.resolve("wrangler");
  const file = path.join(path.dirname(main), "..", "templates", name);
  const { transformSync } = createRequire(main)("esbuild");
  return transformSync(fs.readFileSync(file, "utf8"), { loader: "ts" }).code;
}

/** The versions that answer. */
export function versions() {
  const version = (name, from = require) => {
    let dir = path.dirname(from.resolve(name));
    while (!fs.existsSync(path.join(dir, "package.json"))) dir = path.dirname(dir);
    return JSON.parse(fs.readFileSync(path.join(dir, "package.json"), "utf8")).version;
  };
  return {
    node: process.versions.node,
    miniflare: version("miniflare"),
    wrangler: version("wrangler"),
    workerd: version("workerd", createRequire(require.resolve("miniflare"))),
  };
}

function evaluate(filename, requireFunction, appended) {
  const source = `${fs.readFileSync(filename, "utf8")}\n;{${appended}}\n`;
  const module = { exports: {} };
  vm.compileFunction(source, ["exports", "require", "module", "__filename", "__dirname"], { filename })(
    module.exports, requireFunction, module, filename, path.dirname(filename),
  );
  return module.exports;
}

function once(key, make) {
  if (!loaded.has(key)) loaded.set(key, make());
  return loaded.get(key);
}
