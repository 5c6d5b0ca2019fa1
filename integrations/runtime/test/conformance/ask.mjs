// Asks the requests of a recorded site, under each of its configurations. Runs in Node and in workerd.

/** The distinct answers, and for each request the number of its answer; for each manifest. */
export function askSite(Manifest, { manifests, requests }) {
  return {
    sets: manifests.map((text) => {
      const manifest = Manifest.openSync(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)));
      try {
        return askAll(manifest, requests);
      } finally {
        manifest.close();
      }
    }),
  };
}

function askAll(manifest, requests) {
  const numbers = new Map();
  const answers = [];
  const results = requests.map((request) => {
    const answer = askOne(manifest, request);
    const key = JSON.stringify(answer);
    let number = numbers.get(key);
    if (number === undefined) {
      number = answers.push(answer) - 1;
      numbers.set(key, number);
    }
    return number;
  });
  return { answers, results };
}

// The recorded Worker hands requests with a certain header to its assets binding, and passes the answer on.
function askOne(manifest, request) {
  const answer = manifest.answer(request);
  if (answer.to === 'assets') return { by: 'A', ...answer };
  if (request.headers?.['x-oracle-mode'] !== 'assets') return { by: 'W' };
  const own = manifest.answer(request, { via: 'binding' });
  const blocked = manifest.guard(request, { status: own.status, contentType: own.headers['content-type'] });
  return blocked === null ? { by: 'W+A', ...own } : { by: 'A', ...blocked };
}
