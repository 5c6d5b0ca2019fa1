// A manifest that is open in the WebAssembly.

import { answerOf, assetsAnswerOf } from './answer.js';
import { ClosedError, ManifestError } from './errors.js';
import type { Instance } from './instance.js';
import { instanceNow, instanceSoon } from './loaded.js';
import { headOf, PLAIN_GET } from './request.js';
import type { Answer, AnswerRequest, AssetsAnswer, Via, WorkerResponse } from './types.js';

/** Bytes of a manifest. */
export type ManifestBytes = ArrayBuffer | ArrayBufferView;

interface Held {
  instance: Instance;
  handle: number;
}

/** Older browsers have no such symbol. */
const dispose: typeof Symbol.dispose = Symbol.dispose ?? Symbol.for('Symbol.dispose');

/** The net for manifests that nobody closed; some runtimes have none. */
const net = typeof FinalizationRegistry === 'undefined'
  ? null
  : new FinalizationRegistry<Held>(({ instance, handle }) => instance.close(handle));

/**
 * The routes of a site, open. Its bytes lie in the memory of the WebAssembly until it is closed.
 *
 * Answering costs the length of the path, whatever the size of the site.
 */
export class Manifest {
  #held: Held | null;

  private constructor(instance: Instance, bytes: ManifestBytes) {
    const held = { instance, handle: instance.open(bytesOf(bytes)) };
    this.#held = held;
    net?.register(this, held, this);
  }

  /**
   * Opens a manifest; loads the WebAssembly first, where that has not happened yet. The bytes are copied.
   *
   * @throws ManifestError if the bytes are not a whole manifest of this version.
   * @throws WasmError if the WebAssembly can't be had.
   */
  static async open(bytes: ManifestBytes): Promise<Manifest> {
    return new Manifest(await instanceSoon(), bytes);
  }

  /** The same at once: in Workers and Node always, elsewhere after `await init()`. */
  static openSync(bytes: ManifestBytes): Manifest {
    return new Manifest(instanceNow(), bytes);
  }

  /**
   * What the site answers to a request: a path or absolute URL for a plain GET, or method, headers and host as well. A WHATWG
   * `Request` can be given; its URL went through a URL parser already, which is what the platform does, too.
   *
   * @throws RequestError if the URL is neither a path nor absolute, or longer than 16 KB.
   * @throws ClosedError after `close`.
   */
  answer(request: string | AnswerRequest, options: { readonly via: 'binding' }): AssetsAnswer;
  answer(request: string | AnswerRequest, options?: { readonly via?: Via | undefined }): Answer;
  answer(request: string | AnswerRequest, options?: { readonly via?: Via | undefined }): Answer {
    const held = this.#held;
    if (held === null) throw new ClosedError();
    if (typeof request === 'string') {
      const head = options?.via === undefined ? PLAIN_GET : headOf({ url: request }, options.via);
      return answerOf(held.instance.answer(held.handle, head, request));
    }
    return answerOf(held.instance.answer(held.handle, headOf(request, options?.via ?? request.via), request.url));
  }

  /**
   * What the router makes of an answer that the Worker gave to a request: an answer of its own (403) where an image proxy would hand out what
   * it fetched from elsewhere, `null` where the Worker's stands.
   */
  guard(request: string | AnswerRequest, worker: WorkerResponse): AssetsAnswer | null {
    const held = this.#held;
    if (held === null) throw new ClosedError();
    const asked = typeof request === 'string' ? { url: request } : request;
    const text = held.instance.guard(held.handle, headOf(asked, undefined, worker), asked.url, worker.status);
    return text === '' ? null : assetsAnswerOf(text);
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#held === null;
  }

  /** Frees its memory. May be called again. */
  close(): void {
    const held = this.#held;
    if (held === null) return;
    this.#held = null;
    net?.unregister(this);
    held.instance.close(held.handle);
  }

  /** As `close`; for `using manifest = ...`. */
  [dispose](): void {
    this.close();
  }
}

function bytesOf(bytes: ManifestBytes): Uint8Array {
  if (bytes instanceof Uint8Array) return bytes;
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes instanceof ArrayBuffer || Object.prototype.toString.call(bytes) === '[object ArrayBuffer]') return new Uint8Array(bytes);
  const what = bytes === null ? 'null' : typeof bytes;
  throw new ManifestError('not-a-manifest', `a manifest is bytes (ArrayBuffer, Uint8Array), not ${what}; read the file, or import it as data`);
}
