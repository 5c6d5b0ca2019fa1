// What can go wrong. Each error has a `code` for programs and says in its message what to do.

/** What all errors of this package have in common. */
export class TrailmarkError extends Error {
  /** Which error this is; stable, for programs. */
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** Why a manifest could not be opened. */
export type ManifestErrorCode =
  | 'not-a-manifest'
  | 'version'
  | 'unsupported'
  | 'cut-off'
  | 'damaged'
  | 'too-large'
  | 'too-many';

/** The bytes are no manifest that this version can read. */
export class ManifestError extends TrailmarkError {
  declare readonly code: ManifestErrorCode;
}

/** Why a request could not be asked. */
export type RequestErrorCode = 'not-a-path' | 'too-long' | 'scheme' | 'no-host' | 'form';

/** The request can't be looked up: what it says is no request for a path of a site. */
export class RequestError extends TrailmarkError {
  declare readonly code: RequestErrorCode;
}

/** The manifest was closed before it was asked. */
export class ClosedError extends TrailmarkError {
  declare readonly code: 'closed';

  constructor() {
    super('closed', 'this manifest was closed; open it again, or close it later');
  }
}

/** Why the WebAssembly could not be used. */
export type WasmErrorCode = 'not-loaded' | 'not-found' | 'invalid' | 'version' | 'crashed';

/** The WebAssembly is missing, is not Trailmark's, or is of another version than this package. */
export class WasmError extends TrailmarkError {
  declare readonly code: WasmErrorCode;
}
