// Serves the sites of a folder as Firebase's own code does, and answers with the redirects that Vercel's own code makes of its
// options. Usage: node judge.mjs FOLDER PORT. The `Host` of a request is `<site>.<host>[.<setting>...]`: the site is a folder below
// FOLDER, the settings are `clean`, `true` and `false`. Of Vercel, 204 stands for "no redirect".
import http from "node:http";
import path from "node:path";
import routing from "@vercel/routing-utils";
import firebaseCode from "superstatic";

const [folder, port] = process.argv.slice(2);
const superstatic = firebaseCode.default;
const handlers = new Map();

function options(settings) {
  const chosen = {};
  if (settings.includes("clean")) chosen.cleanUrls = true;
  if (settings.includes("true")) chosen.trailingSlash = true;
  if (settings.includes("false")) chosen.trailingSlash = false;
  return chosen;
}

function firebase(site, settings) {
  const config = { public: ".", ...options(settings) };
  return superstatic({ cwd: path.join(folder, site), config, fallthrough: false });
}

function vercel(settings) {
  const { routes, error } = routing.getTransformedRoutes(options(settings));
  if (error) throw new Error(JSON.stringify(error));
  return (request, response) => {
    const [, pathname, query] = /^([^?]*)(.*)$/.exec(request.url);
    for (const { src, status, headers } of routes ?? []) {
      const match = new RegExp(src).exec(pathname);
      if (!match) continue;
      if (!headers) break;
      const location = headers.Location.replace(/\$(\d)/g, (_, group) => match[Number(group)] ?? "");
      response.writeHead(status, { Location: location + query });
      response.end();
      return;
    }
    response.writeHead(204);
    response.end();
  };
}

function handler(name) {
  if (!handlers.has(name)) {
    const [site, host, ...settings] = name.split(".");
    handlers.set(name, host === "vercel" ? vercel(settings) : firebase(site, settings));
  }
  return handlers.get(name);
}

http
  .createServer((request, response) => {
    handler(request.headers.host)(request, response, (error) => {
      response.writeHead(error ? 500 : 404);
      response.end(String(error ?? ""));
    });
  })
  .listen(Number(port), "127.0.0.1");
