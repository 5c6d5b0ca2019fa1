// Asks the real Cloudflare code. JSON lines in, JSON lines out, one for one and in order; see README.md.

import path from "node:path";
import readline from "node:readline";
import { text } from "./lib/http.mjs";
import { cleanUp, startWatchdog } from "./lib/runtime.mjs";
import { askPages, stopPages } from "./lib/pages.mjs";
import { versions } from "./lib/upstream.mjs";
import { askWorkers, stopWorkers } from "./lib/workers.mjs";

const DEFAULT_TIMEOUT_MS = 10_000;

// Only answers may reach stdout; whatever a package prints goes to stderr.
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);
process.stdout.on("error", () => process.exit(1));
process.on("exit", cleanUp);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));
// A connection that breaks outside any request must not end the run.
process.on("unhandledRejection", (error) => console.error(error));
startWatchdog();

for await (const line of readline.createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  if (line.trim() === "") continue;
  const { reply, last } = await answerLine(line);
  await new Promise((done) => write(`${JSON.stringify(reply)}\n`, done));
  if (last) break;
}
await Promise.all([stopWorkers(), stopPages()]);
process.exit(0);

async function answerLine(line) {
  try {
    const input = JSON.parse(line);
    if (input.shutdown === true) return { reply: { answers: [], error: null }, last: true };
    if (input.versions === true) return { reply: { answers: [], error: null, versions: versions() } };
    return { reply: { ...(await ask(input)), error: null } };
  } catch (error) {
    return { reply: { answers: [], error: text(error) } };
  }
}

function ask(site) {
  if (typeof site.dir !== "string" || !path.isAbsolute(site.dir)) throw new Error("`dir` must be an absolute path");
  if (!Array.isArray(site.requests)) throw new Error("`requests` must be an array");
  const timeoutMs = site.timeout_ms ?? DEFAULT_TIMEOUT_MS;
  if (site.platform === "workers") return askWorkers(site, timeoutMs);
  if (site.platform === "pages") return askPages(site, timeoutMs);
  throw new Error(`unknown platform ${JSON.stringify(site.platform)}`);
}
