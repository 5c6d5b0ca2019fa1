// wrangler's hashing step over a folder, without the upload: what it does before it knows what has changed. Written from its
// algorithm: list the folder, ask for every entry's size, read each file whole, and hash its base64 text and extension with
// BLAKE3 (the package that wrangler uses, from the pinned packages of tests/oracle).
//
//     node wrangler-hash.mjs <package.json beside node_modules> <folder>

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";

const [packages, folder] = process.argv.slice(2);
const blake3 = createRequire(path.resolve(packages))("blake3-wasm");

function hashFile(file) {
  const base64 = readFileSync(file).toString("base64");
  const extension = path.extname(file).substring(1);
  return blake3.hash(base64 + extension).toString("hex").slice(0, 32);
}

const manifest = {};
await Promise.all(
  (await readdir(folder, { recursive: true })).map(async (name) => {
    const file = path.join(folder, name);
    const { isDirectory, size } = await stat(file).then((found) => ({ isDirectory: found.isDirectory(), size: found.size }));
    if (!isDirectory) manifest["/" + name] = { hash: hashFile(file), size };
  }),
);
console.log(Object.keys(manifest).length);
