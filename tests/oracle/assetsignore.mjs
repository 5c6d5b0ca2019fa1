// Records which files the real platform serves under each of many `.assetsignore` files:
//
//     node assetsignore.mjs > ../assetsignore.json
//
// One tree, one case for each text. The test that replays the record is in ../tests/preflight.rs.

import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import readline from "node:readline";

const FILES = [
  "index.html", "about.html", "draft.html", "Draft-2.html", "docs/index.html", "docs/a.md", "docs/b.txt",
  "docs/sub/a.md", "docs/sub/deep/a.md", "src/main.ts", "src/main.js", "src/main.js.map", "assets/app.js",
  "assets/app.js.map", "assets/app.css", "node_modules/x/index.js", "a/node_modules/y.js", ".well-known/security.txt",
  ".DS_Store", "docs/.DS_Store", "with space.txt", "ends with space ", "#hash.txt", "!bang.txt", "star*.txt", "starry.txt",
  "q?.txt", "qa.txt", "brace{a}.txt", "bracea.txt", "br[1].txt", "br1.txt", "br!.txt", "br2.txt", "é.txt", "É.md", "日.txt",
  "😀.txt", "_redirects", "_headers", "_Headers", "_Redirects/x", "_routes.json", "sub/_redirects", "sub/_headers/x",
  "temp/keep.txt", "temp/drop.txt", "temp/in/keep.txt", "docs/temp", "^caret.txt", "a+b.txt", "(c).txt",
];

const CASES = [
  null, "", "# only a comment\n\n   \n", "draft.html", "DRAFT.HTML", "*.map", "*.MD", "/docs/*.md", "docs/*.md", "/a.md",
  "a.md", "node_modules", "node_modules/", "/node_modules/", "node_modules/\r\n*.map\r\n", "node_modules/ \n", "node_modules\r\n",
  "temp", "temp/", "temp/*\n!temp/keep.txt", "temp/\n!temp/keep.txt", "temp/**\n!temp/in/keep.txt", "temp/**\n!temp/in\n!temp/in/keep.txt",
  "*\n!*.html", "*\n!*/\n!*.html", "/*\n!/docs", "!draft.html", "draft*\n!draft.html", "*.html\n!index.html\nindex.html",
  "**/temp", "docs/**", "docs/**/a.md", "/docs/**/", "**/a.md", "**", "docs/sub/**/deep", ".*", ".DS_Store", "*.ts\n*.map\n.well-known",
  "with space.txt", "with\\ space.txt", "ends with space\\ ", "ends with space ", "with space.txt   ", "\\#hash.txt", "#hash.txt", "\\!bang.txt",
  "!bang.txt", "star\\*.txt", "star*.txt", "star\\*", "q?.txt", "q\\?.txt", "?.txt", "??.txt", "brace{a}.txt", "{index,about}.html", "br[12].txt",
  "br[!1].txt", "br[^1].txt", "br[0-9].txt", "br\\[1].txt", "br\\[1\\].txt", "br[1", "[]", "br[a-z!].txt", "é.txt", "É.TXT", "é.*", "日.txt",
  "!_redirects", "!/_headers\n!_headers", "!*", "!", "_redirects", "/_redirects\n!sub/_redirects", "_*", "sub/", "foo\\", "./about.html", "/", "//about.html",
  "/about.html", "about", "\ufeffabout.html", "about.html #comment", "^caret.txt", "a+b.txt", "(c).txt", ".", "..", "*.*", "*/*.md", "/*/", "!*/", "temp/*****\n!temp/keep.txt", "temp/**/\n!temp/keep.txt",
];

const root = fs.mkdtempSync(path.join(os.tmpdir(), "assetsignore-"));
for (const file of FILES) {
  fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  fs.writeFileSync(path.join(root, file), file.endsWith("_redirects") || file.endsWith("_headers") ? "# no rules\n" : file);
}
const driver = spawn(process.execPath, [path.join(import.meta.dirname, "driver.mjs")], { stdio: ["pipe", "pipe", "inherit"] });
const lines = readline.createInterface({ input: driver.stdout })[Symbol.asyncIterator]();
const requests = FILES.map((file) => ({ path: `/${file.split("/").map(encodeURIComponent).join("/")}` }));

const cases = [];
for (const text of CASES) {
  fs.rmSync(path.join(root, ".assetsignore"), { force: true });
  if (text !== null) fs.writeFileSync(path.join(root, ".assetsignore"), text);
  driver.stdin.write(`${JSON.stringify({ platform: "workers", dir: root, html_handling: "none", requests })}\n`);
  const { answers, error } = JSON.parse((await lines.next()).value);
  if (error !== null) throw new Error(`${JSON.stringify(text)}: ${error}`);
  const is = (status) => FILES.filter((_, index) => answers[index].status === status);
  if (is(200).length + is(404).length !== FILES.length) throw new Error(JSON.stringify(answers));
  cases.push({ text, excluded: is(404) });
}
driver.stdin.end('{"shutdown":true}\n');
fs.rmSync(root, { recursive: true });
const rows = cases.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
console.log(`{\n  "files": ${JSON.stringify(FILES)},\n  "cases": [\n${rows}\n  ]\n}`);
