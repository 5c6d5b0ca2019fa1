/** Stand-ins for Gatsby: a store, its bus of events, its log. */

/** A state like the one of a Gatsby build, with what a test changes. */
export function state(changes = {}) {
  return {
    program: { directory: '/site', prefixPaths: false },
    config: { pathPrefix: '', trailingSlash: 'always' },
    redirects: [],
    pages: new Map(),
    functions: [],
    jobs: { active: [] },
    jobsV2: { incomplete: new Map() },
    ...changes,
  };
}

/** Pages by their paths. */
export function pages(...list) {
  const all = list.map((page) => (typeof page === 'string' ? { path: page } : page));
  return new Map(all.map((page) => [page.path, page]));
}

/** A store that knows the two actions of the old kind of jobs, as Gatsby does. */
export function fakeStore(first = state()) {
  const listeners = new Set();
  const store = {
    getState: () => first,
    dispatched: [],
    dispatch(action) {
      store.dispatched.push(action.type);
      if (action.type === 'CREATE_JOB') first.jobs.active.push(action.payload);
      if (action.type === 'END_JOB') first.jobs.active = first.jobs.active.filter(({ id }) => id !== action.payload.id);
      listeners.forEach((each) => each());
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  return store;
}

/** A bus of events. */
export function fakeEmitter() {
  const handlers = new Map();
  return {
    on: (name, handler) => handlers.set(name, [...(handlers.get(name) ?? []), handler]),
    off: (name, handler) => handlers.set(name, (handlers.get(name) ?? []).filter((each) => each !== handler)),
    emit: (name) => (handlers.get(name) ?? []).forEach((each) => each()),
    count: (name) => (handlers.get(name) ?? []).length,
  };
}

/** A log that remembers. Gatsby's `panic` ends the process. */
export function fakeReporter() {
  const said = { info: [], warn: [], panic: [], status: [], ended: 0 };
  return {
    said,
    info: (text) => said.info.push(text),
    warn: (text) => said.warn.push(text),
    panic: ({ context }) => said.panic.push(context.sourceMessage),
    setErrorMap: (map) => Object.values(map).forEach((entry) => entry.text({ sourceMessage: '' })),
    activityTimer: () => ({ start() {}, setStatus: (text) => said.status.push(text), end: () => (said.ended += 1) }),
  };
}

/** Answers from a table; what is not in it is a miss, as the platform has it. */
export function fakeAsk(table) {
  return async (urls) =>
    urls.map((url) => {
      const found = table[url];
      const miss = { url, to: 'assets', status: 404, location: null, asset: '/404.html', rule: 'not-found/404-page', headers: {} };
      if (found === undefined) return miss;
      if (typeof found === 'string') return { ...miss, status: 200, asset: found, rule: 'auto-trailing-slash/slash/folder' };
      return { ...miss, asset: null, rule: 'auto-trailing-slash/to-folder', ...found };
    });
}
