// One Miniflare instance, given new options case after case, and the workerd process below it.

import childProcess from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { miniflare } from "./upstream.mjs";

export const WORKER_NAME = "oracle";
const START_TIMEOUT_MS = 30_000;
const LOG_LINES_KEPT = 40;

const children = new Set();
const spawn = childProcess.spawn;
let watchdog = null;

// Miniflare leaves a directory behind for each instance; all of them go where one removal is enough.
const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "trailmark-oracle-"));
Object.assign(process.env, { TMPDIR: scratch, TEMP: scratch, TMP: scratch });

// Miniflare starts workerd through this property, which tells us whom to end.
childProcess.spawn = (...args) => {
  const child = spawn(...args);
  children.add(child);
  child.once("exit", () => {
    children.delete(child);
    tellWatchdog();
  });
  tellWatchdog();
  return child;
};

export class Runtime {
  #instance = null;
  #warnings = [];
  #output = [];

  /** Starts workerd with these options for the worker called `oracle`; gives its address. */
  async start(worker) {
    this.#warnings = [];
    this.#output = [];
    try {
      return await within(START_TIMEOUT_MS, this.#restart(worker), "workerd did not start");
    } catch (error) {
      await this.stop();
      throw new Error([error.message, ...this.#output].join("\n"));
    }
  }

  /** What Cloudflare's code warned of since `start`: rules it ignores, dates it does not know. */
  get warnings() {
    return this.#warnings;
  }

  async stop() {
    const instance = this.#instance;
    this.#instance = null;
    if (instance === null) return;
    await within(5_000, instance.dispose(), "workerd did not end").catch(() => {});
  }

  async #restart(worker) {
    const { Miniflare } = miniflare();
    const options = this.#options(worker);
    if (this.#instance === null) this.#instance = new Miniflare(options);
    else await this.#instance.setOptions(options);
    // A socket of the worker's own: Miniflare's front door rewrites headers and answers /cdn-cgi/ itself.
    return this.#instance.unsafeGetDirectURL(WORKER_NAME);
  }

  #options(worker) {
    const { Log, LogLevel } = miniflare();
    const log = new (class extends Log {
      logWithLevel = (level, message) => this.note(level, message);
    })(LogLevel.WARN);
    log.note = (level, message) => {
      const plain = message.replace(/\x1b\[[0-9;]*m/g, "");
      if (level === LogLevel.WARN) this.#warnings.push(plain);
      else if (level === LogLevel.ERROR) this.#keep(plain);
    };
    return {
      cf: false,
      log,
      logRequests: false,
      handleRuntimeStdio: (...streams) =>
        streams.forEach((stream) => stream.on("data", (chunk) => this.#keep(String(chunk).trimEnd()))),
      workers: [{
        name: WORKER_NAME,
        unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
        ...worker,
      }],
    };
  }

  #keep(line) {
    if (process.env.ORACLE_DEBUG) process.stderr.write(`${line}\n`);
    this.#output.push(line);
    if (this.#output.length > LOG_LINES_KEPT) this.#output.shift();
  }
}

/** Ends and removes whatever is left, at once. */
export function cleanUp() {
  for (const child of children) child.kill("SIGKILL");
  fs.rmSync(scratch, { recursive: true, force: true });
}

/** Cleans up even when this process is killed and can do nothing: the pipe closes, and the shell acts. */
export function startWatchdog() {
  if (process.platform === "win32") return;
  const script = 'pids=; while read -r line; do pids=$line; done; for pid in $pids; do kill -9 "$pid"; done; rm -rf "$1"';
  watchdog = spawn("sh", ["-c", script, "watchdog", scratch], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  watchdog.on("error", () => (watchdog = null));
  watchdog.stdin.on("error", () => (watchdog = null));
  watchdog.unref();
  watchdog.stdin.unref?.();
}

function tellWatchdog() {
  watchdog?.stdin.write(`${[...children].map((child) => child.pid ?? "").join(" ")}\n`);
}

function within(ms, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
