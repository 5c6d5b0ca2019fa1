// Everyone who is measured: name, and how to be made ready for a site. `answer` takes a URL, and may have to be awaited.

import { sortedHashes } from './hashes.mjs';
import { mapOfForms } from './map.mjs';

/** For a site of which both the files' facts and the manifest are known. `digests` are SHA-256 functions by name. */
export async function contestants(Manifest, facts, manifest, digests) {
  const opened = Manifest.openSync(manifest);
  const found = [
    { name: 'wasm', answer: (url) => opened.answer(url), isAsync: false },
    { name: 'map', answer: mapOfForms(facts), isAsync: false },
  ];
  for (const [name, digest] of Object.entries(digests)) {
    found.push({ name, answer: await sortedHashes(facts, digest), isAsync: true });
  }
  return found;
}

/** Asks them all, one after the other; how many had a file. */
export async function askAll({ answer, isAsync }, urls) {
  let files = 0;
  if (isAsync) {
    for (const url of urls) files += (await answer(url)).asset === null ? 0 : 1;
  } else {
    for (const url of urls) files += answer(url).asset === null ? 0 : 1;
  }
  return files;
}

/** What they must agree on. */
export const essence = ({ status, location, asset }) => JSON.stringify([status, location, asset]);
