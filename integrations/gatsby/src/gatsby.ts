/**
 * What this plugin uses of Gatsby, as types. Gatsby's own come with 1,400 packages, and describe neither the state of the
 * store nor its redirects; `../../tests` holds these against a real Gatsby.
 */

/** A page, as `createPage` and the files of `src/pages` make it. */
export interface GatsbyPage {
  readonly path: string;
  /** For a page that answers in the browser for many paths: `/app/*`, `/shop/:id`. */
  readonly matchPath?: string | null;
  readonly mode?: 'SSG' | 'DSG' | 'SSR';
}

/** What `createRedirect` was given. With `--prefix-paths` Gatsby has put the prefix in front of both paths. */
export interface GatsbyRedirect {
  readonly fromPath: string;
  readonly toPath: string;
  readonly isPermanent?: boolean;
  readonly statusCode?: number;
  readonly force?: boolean;
  readonly conditions?: Readonly<Record<string, unknown>>;
  readonly [more: string]: unknown;
}

/** A plugin, as Gatsby has loaded it. */
export interface GatsbyPlugin {
  readonly name: string;
  readonly nodeAPIs: readonly string[];
}

/** The part of Gatsby's state that is read here. */
export interface GatsbyState {
  readonly program: { readonly directory: string; readonly prefixPaths?: boolean };
  readonly config: { readonly pathPrefix?: string; readonly trailingSlash?: string; readonly siteMetadata?: Readonly<Record<string, unknown>> };
  readonly redirects: readonly GatsbyRedirect[];
  readonly pages: ReadonlyMap<string, GatsbyPage>;
  readonly functions?: ReadonlyArray<{ readonly functionRoute: string }>;
  readonly jobs: { readonly active: ReadonlyArray<{ readonly id: string }> };
  readonly jobsV2: { readonly incomplete: ReadonlyMap<string, unknown> };
}

/** Gatsby's store. */
export interface GatsbyStore {
  getState(): GatsbyState;
  dispatch(action: { type: string; payload: unknown; plugin?: { name: string } }): unknown;
  subscribe(listener: () => void): () => void;
}

/** Gatsby's bus of events. */
export interface GatsbyEmitter {
  on(event: string, listener: () => void): void;
  off(event: string, listener: () => void): void;
}

/** A step with its own line in Gatsby's log. */
export interface GatsbyActivity {
  start(): void;
  setStatus(status: string): void;
  end(): void;
}

/** Gatsby's log. `panic` ends the process with status 1. */
export interface GatsbyReporter {
  info(text: string): void;
  warn(text: string): void;
  panic(error: { id: string; context: { sourceMessage: string } }): void;
  setErrorMap(map: Readonly<Record<string, ErrorMapEntry>>): void;
  activityTimer(text: string): GatsbyActivity;
}

/** How a kind of error is shown. */
export interface ErrorMapEntry {
  readonly text: (context: { sourceMessage: string }) => string;
  readonly type: string;
  readonly level: 'ERROR';
  readonly category: 'USER' | 'THIRD_PARTY';
  readonly docsUrl?: string;
}

/** What Gatsby gives to a plugin's functions. */
export interface GatsbyNodeArgs {
  readonly store: GatsbyStore;
  readonly emitter: GatsbyEmitter;
  readonly reporter: GatsbyReporter;
}

/** The part of Joi that the options' schema uses; Gatsby hands Joi in. */
export interface JoiSchema {
  keys(keys: Readonly<Record<string, JoiSchema>>): JoiSchema;
  valid(...values: readonly string[]): JoiSchema;
  description(text: string): JoiSchema;
  default(value: unknown): JoiSchema;
}

/** The start of a Joi schema. */
export interface Joi {
  object(): JoiSchema;
  alternatives(...kinds: readonly JoiSchema[]): JoiSchema;
  string(): JoiSchema;
  boolean(): JoiSchema;
}
