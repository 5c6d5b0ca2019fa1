// What every entry exports.

export { assetUrl, headersOf } from './http.js';
export {
  ClosedError, ManifestError, type ManifestErrorCode, RequestError, type RequestErrorCode, TrailmarkError, WasmError, type WasmErrorCode,
} from './errors.js';
export { init } from './loaded.js';
export { Manifest, type ManifestBytes } from './manifest.js';
export { statistics, type Statistics } from './statistics.js';
export type {
  Answer, AnswerHeaders, AnswerRequest, AssetsAnswer, HeadersLike, RequestHeaders, Via, WasmSource, WorkerAnswer, WorkerResponse,
} from './types.js';
