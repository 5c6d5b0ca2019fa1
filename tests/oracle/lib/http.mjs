// Requests on a plain socket: the target goes out as it is given, redirects are never followed.

import crypto from "node:crypto";
import http from "node:http";

const IN_FLIGHT = 8;
const CASE_TIMEOUT_MS = 120_000;
const NOT_COMPARED = new Set([
  "date", "connection", "keep-alive", "transfer-encoding", "content-length", "cf-cache-status",
  "x-mf-additional-response-log", "x-oracle",
]);

/** The answers to a case's requests, in their order. A request that fails gives `{ error }`. */
export async function askAll(base, { requests, normalize }, timeoutMs) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const answers = new Array(requests.length);
  const deadline = performance.now() + CASE_TIMEOUT_MS;
  let next = 0;
  const lane = async () => {
    while (next < requests.length) {
      const index = next++;
      answers[index] = performance.now() > deadline
        ? { error: `not asked: the case took more than ${CASE_TIMEOUT_MS} ms` }
        : await askOne(base, agent, requests[index], normalize === true, timeoutMs).catch((error) => ({ error: text(error) }));
    }
  };
  try {
    await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  } finally {
    agent.destroy();
  }
  return answers;
}

async function askOne(base, agent, request, normalize, timeoutMs) {
  const { method = "GET", path, host = "example.com", headers = {} } = request ?? {};
  if (typeof path !== "string") throw new Error("a request needs a `path`");
  if (!normalize && /[\r\n]/.test(path)) throw new Error("a line break cannot be part of a request target");
  if (method === "CONNECT") throw new Error("CONNECT is not a request for a path");
  const call = { method, path: latin1(normalize ? normalized(path) : path), headers: { ...headers, host } };
  try {
    return await exchange(base, agent, call, timeoutMs);
  } catch (error) {
    // A server may close an idle connection at the moment it is used again.
    if (error.code !== "ECONNRESET" || !error.reusedSocket) throw error;
    return exchange(base, false, call, timeoutMs);
  }
}

function exchange(base, agent, { method, path, headers }, timeoutMs) {
  return new Promise((resolve, reject) => {
    const request = http.request({
      agent, method, headers, host: base.hostname, port: base.port, insecureHTTPParser: true, maxHeaderSize: 1 << 20,
    });
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    const fail = (error) => {
      clearTimeout(timer);
      reject(Object.assign(error, { reusedSocket: request.reusedSocket }));
    };
    // Set here, since `http.request` refuses targets that a raw socket may well send.
    request.path = path;
    request.on("error", fail);
    request.on("upgrade", (_response, socket) => {
      socket.destroy();
      fail(new Error("the server switched protocols"));
    });
    request.on("response", (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => {
        clearTimeout(timer);
        resolve(answer(response, Buffer.concat(chunks)));
      });
    });
    request.end();
  });
}

function answer(response, body) {
  const all = {};
  for (let i = 0; i < response.rawHeaders.length; i += 2) {
    const name = response.rawHeaders[i].toLowerCase();
    (all[name] ??= []).push(utf8(response.rawHeaders[i + 1]));
  }
  const headers = {};
  for (const name of Object.keys(all).sort()) {
    if (!NOT_COMPARED.has(name)) headers[name] = name === "set-cookie" ? all[name] : all[name].join(", ");
  }
  return {
    status: response.statusCode,
    location: headers.location ?? null,
    headers,
    body_sha256: body.length === 0 ? null : crypto.createHash("sha256").update(body).digest("hex"),
    by: all["x-oracle"]?.[0] ?? "assets",
  };
}

// The URL parser's view of a raw target, so that workerd's HTTP server finds nothing left to tidy in its own way.
function normalized(target) {
  if (!target.startsWith("/")) throw new Error("only a target that begins with / can be normalized");
  const { pathname, search } = new URL(`http://example.com${target}`);
  return pathname + search;
}

// node:http speaks Latin-1; what the wire carries is UTF-8.
const latin1 = (string) => Buffer.from(string, "utf8").toString("latin1");
const utf8 = (string) => {
  const bytes = Buffer.from(string, "latin1");
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return string;
  }
};

export const text = (error) => (error instanceof Error ? error.message || error.code || error.name : String(error));
