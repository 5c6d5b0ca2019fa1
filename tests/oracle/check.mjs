// Replays recorded vectors through the driver: does today's oracle still say what was recorded?
//
//     node check.mjs VECTORS.json [--configs N] [--groups N] [--etags content|dev] [--show N]
//
// A group's files are written to a temporary directory. Groups with names no file system holds are left out.
// Exit status: 0 equal, 1 something differs, 2 could not run.

import childProcess from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    configs: { type: "string", default: "1000" },
    groups: { type: "string", default: "1000" },
    etags: { type: "string", default: "content" },
    show: { type: "string", default: "20" },
  },
});
if (positionals.length !== 1) {
  console.error("usage: node check.mjs VECTORS.json [--configs N] [--groups N] [--etags content|dev] [--show N]");
  process.exit(2);
}
const BY = { A: "assets", W: "worker", "W+A": "binding" };
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "oracle-check-"));
process.on("uncaughtException", (error) => {
  console.error(error);
  process.exit(2);
});
process.on("exit", () => fs.rmSync(scratch, { recursive: true, force: true }));

const driver = childProcess.spawn(process.execPath, [fileURLToPath(new URL("driver.mjs", import.meta.url))], {
  stdio: ["pipe", "pipe", "inherit"],
});
const lines = readline.createInterface({ input: driver.stdout })[Symbol.asyncIterator]();
const ask = async (input) => {
  driver.stdin.write(`${JSON.stringify(input)}\n`);
  const { value, done } = await lines.next();
  if (done) throw new Error("the driver ended early");
  return JSON.parse(value);
};

const count = { equal: 0, different: 0, groupsLeftOut: 0, cases: 0 };
const started = performance.now();
const { groups } = JSON.parse(fs.readFileSync(positionals[0], "utf8"));
for (const group of groups.slice(0, Number(flags.groups))) {
  const dir = path.join(scratch, String(groups.indexOf(group)));
  if (!write(dir, group)) {
    count.groupsLeftOut += 1;
    continue;
  }
  for (const config of pick(group.configs, Number(flags.configs))) await compare(group, config, dir);
  fs.rmSync(dir, { recursive: true });
}
driver.stdin.end();
console.log(JSON.stringify({ ...count, seconds: Math.round((performance.now() - started) / 1000) }));
process.exit(count.different === 0 ? 0 : 1);

async function compare(group, config, dir) {
  const requests = group.requests.map((request) => (typeof request === "string" ? { path: request } : request));
  const { answers, error } = await ask({
    platform: group.platform,
    dir,
    etags: flags.etags,
    html_handling: config.html_handling,
    not_found_handling: config.not_found_handling,
    worker: config.has_user_worker,
    run_worker_first: config.run_worker_first,
    compatibility_date: config.compatibility_date,
    compatibility_flags: config.compatibility_flags,
    requests,
  });
  count.cases += 1;
  if (error !== null) throw new Error(`${group.id} ${JSON.stringify(config)}: ${error}`);
  const results = group.results[group.configs.indexOf(config)];
  answers.forEach((answer, i) => {
    const expected = group.outcomes[results[i]];
    const wrong = differences(group, requests[i], expected, answer);
    if (wrong.length === 0) {
      count.equal += 1;
      return;
    }
    count.different += 1;
    if (count.different <= Number(flags.show)) {
      console.log(JSON.stringify({ group: group.id, config, request: requests[i], wrong, expected, answer }));
    }
  });
}

function differences(group, request, expected, answer) {
  if (answer.error) return ["error"];
  if (expected[0] === "error") return answer.status === 500 ? [] : ["status"];
  const [status, file, location, by, contentType, cacheControl, etagPresent, allHeaders] = expected;
  if (by === "E") return answer.status === 500 ? [] : ["status"];
  if (by === "W") return answer.by === "worker" ? [] : ["by"];
  const checks = {
    status: answer.status === status,
    location: answer.location === location,
    by: answer.by === BY[by],
    content_type: (answer.headers["content-type"] ?? null) === contentType,
    cache_control: (answer.headers["cache-control"] ?? null) === cacheControl,
    etag: ("etag" in answer.headers) === etagPresent,
    body: bodyIsRight(group, request, status, file, answer),
    headers: allHeaders === undefined || headersAreRight(allHeaders, answer.headers),
  };
  return Object.keys(checks).filter((name) => !checks[name]);
}

function bodyIsRight(group, request, status, file, answer) {
  if (request.method === "HEAD") return answer.body_sha256 === null;
  // Vectors record no body that is not a file: the router's "Blocked", the text of a Pages rule redirect.
  if (file === null && (status === 403 || (group.platform === "pages" && status < 400))) return true;
  const content = file === null ? "" : group.files[file];
  const expected = content === "" ? null : crypto.createHash("sha256").update(content).digest("hex");
  return answer.body_sha256 === expected;
}

function headersAreRight(recorded, headers) {
  const list = [];
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value].flat()) list.push([name, one]);
  }
  const show = (pairs) => JSON.stringify(pairs.map(([name, value]) => `${name}: ${value}`).sort());
  // The server's own ETag is recorded as `<etag>`.
  const own = recorded.some(([name, value]) => name === "etag" && value === "<etag>");
  const masked = list.map(([name, value]) => [name, own && name === "etag" ? "<etag>" : value]);
  return show(masked) === show(recorded.filter(([name]) => name !== "content-length"));
}

// False if the directory cannot hold the group's files under their exact names.
function write(dir, group) {
  fs.mkdirSync(dir, { recursive: true });
  const put = (name, content) => {
    const segments = name.replace(/^\//, "").split("/");
    if (segments.some((segment) => ["", ".", ".."].includes(segment) || segment.includes("\0"))) return false;
    const file = path.join(dir, ...segments);
    try {
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, content, { flag: "wx" });
      return true;
    } catch {
      return false;
    }
  };
  const rules = Object.entries({ _redirects: group.redirects, _headers: group.headers });
  const files = [...Object.entries(group.files), ...rules.filter(([, text]) => text !== undefined && text !== null)];
  return files.every(([name, content]) => put(name, content));
}

function pick(list, most) {
  const step = Math.max(1, list.length / most);
  return Array.from({ length: Math.min(most, list.length) }, (_, i) => list[Math.floor(i * step)]);
}
