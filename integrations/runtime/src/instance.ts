// One instance of the WebAssembly: its functions, its memory, and the two buffers through which all texts go.

import { ManifestError, type ManifestErrorCode, RequestError, WasmError } from './errors.js';

/** The form of what crosses the boundary that this package speaks; `ABI` in `wasm/src/exports.rs`. */
const ABI = 1;
/** What is kept for requests. The platforms' own limits are 16 KB for a URL and 128 KB for all headers. */
const LONGEST_REQUEST = 1 << 20;

interface Exports {
  readonly memory: WebAssembly.Memory;
  trailmark_abi(): number;
  trailmark_format(): number;
  room(length: number): number;
  open(): number;
  close(handle: number): number;
  open_count(): number;
  input(length: number): number;
  answer(handle: number, length: number): number;
  guard(handle: number, length: number, status: number): number;
  output(): number;
  output_len(): number;
}

const FUNCTIONS = [
  'trailmark_abi', 'trailmark_format', 'room', 'open', 'close', 'open_count', 'input', 'answer', 'guard', 'output', 'output_len',
] as const;

/** Why a call gave no answer; `Failure` in `wasm/src/boundary.rs`. */
const FAILURES: Readonly<Record<number, () => Error>> = {
  [-1]: () => new WasmError('crashed', 'the manifest is not open in this instance; this should not happen, please report it'),
  [-2]: () => new RequestError('form', 'the request is not well-formed'),
  [-3]: () => new RequestError('not-a-path', 'a `url` must be a path that begins with `/`, or an absolute URL'),
  [-4]: () => new RequestError('too-long', 'the URL is longer than the platform takes (16 KB)'),
  [-5]: () => new RequestError('scheme', 'only http and https URLs can be asked for; a path begins with `/`'),
  [-6]: () => new RequestError('no-host', 'the URL has no host'),
  [-7]: () => new WasmError('version', 'the manifest gives an answer that this version does not know; use a newer @trailmark/runtime'),
};

/** An instance. Nothing in it knows of sites; see `manifest.ts`. */
export class Instance {
  readonly #wasm: Exports;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #memory: Uint8Array;
  #hasCrashed = false;
  #input = 0;
  #inputLength = 0;

  private constructor(wasm: Exports) {
    this.#wasm = wasm;
    this.#memory = new Uint8Array(wasm.memory.buffer);
  }

  /** Takes over what was instantiated, if it is of this version. */
  static of(instance: { exports: object }): Instance {
    const wasm = instance.exports as unknown as Exports;
    const abi = typeof wasm.trailmark_abi === 'function' ? wasm.trailmark_abi() : null;
    if (abi === null) {
      throw new WasmError('invalid', 'this WebAssembly is not that of Trailmark; use trailmark.wasm of @trailmark/runtime');
    }
    if (abi !== ABI || FUNCTIONS.some((name) => typeof wasm[name] !== 'function')) {
      throw new WasmError(
        'version',
        `this trailmark.wasm is of another version than @trailmark/runtime (${abi}, wanted ${ABI}); use the file that the package brings`,
      );
    }
    return new Instance(wasm);
  }

  /** Whether a call failed in a way that leaves it unusable. */
  get hasCrashed(): boolean {
    return this.#hasCrashed;
  }

  /** The version of manifests that it reads. */
  get format(): number {
    return this.#wasm.trailmark_format();
  }

  /** How many manifests are open in it. */
  get openCount(): number {
    return this.#wasm.open_count();
  }

  /** The size of its memory, bytes. */
  get memorySize(): number {
    return this.#wasm.memory.buffer.byteLength;
  }

  /** Copies a manifest into the memory and opens it; a handle. */
  open(bytes: Uint8Array): number {
    return this.#guarded(() => {
      const address = this.#wasm.room(bytes.length) >>> 0;
      if (address === 0) {
        throw new ManifestError('too-large', `there is no memory for a manifest of ${bytes.length} bytes; close others, or raise the limit`);
      }
      this.#view().set(bytes, address);
      const handle = this.#wasm.open();
      if (handle === 0) {
        const [code, message] = this.#text(this.#wasm.output_len()).split('\0');
        throw new ManifestError((code ?? 'damaged') as ManifestErrorCode, message ?? 'the manifest can\'t be opened');
      }
      return handle;
    });
  }

  /** Frees a manifest. */
  close(handle: number): void {
    this.#guarded(() => this.#wasm.close(handle));
  }

  /** Asks; the text of the answer. */
  answer(handle: number, head: string, url: string | Uint8Array): string {
    try {
      const length = this.#put(head, url);
      return this.#text(this.#wasm.answer(handle, length));
    } catch (error) {
      throw this.#crash(error);
    }
  }

  /** Asks what the router makes of the Worker's answer; the text of what takes its place, or nothing. */
  guard(handle: number, head: string, url: string | Uint8Array, status: number): string {
    try {
      const length = this.#put(head, url);
      return this.#text(this.#wasm.guard(handle, length, status));
    } catch (error) {
      throw this.#crash(error);
    }
  }

  #guarded<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw this.#crash(error);
    }
  }

  /** Memory that grew is another one to JavaScript. */
  #view(): Uint8Array {
    if (this.#memory.length === 0) this.#memory = new Uint8Array(this.#wasm.memory.buffer);
    return this.#memory;
  }

  /** Writes the request; its length, bytes. */
  #put(head: string, url: string | Uint8Array): number {
    if (typeof url !== 'string') return this.#putBytes(head, url);
    const text = head + url;
    const length = text.length;
    this.#reserve(3 * length);
    return this.#encoder.encodeInto(text, this.#view().subarray(this.#input, this.#input + this.#inputLength)).written;
  }

  #putBytes(head: string, url: Uint8Array): number {
    if (!(url instanceof Uint8Array)) throw new RequestError('form', '`url` must be a string (or bytes)');
    this.#reserve(3 * head.length + url.length);
    const room = this.#view().subarray(this.#input, this.#input + this.#inputLength);
    const { written } = this.#encoder.encodeInto(head, room);
    room.set(url, written);
    return written + url.length;
  }

  #reserve(length: number): void {
    if (length <= this.#inputLength) return;
    if (length > LONGEST_REQUEST) throw new RequestError('too-long', 'the request is longer than any platform takes (URL 16 KB, headers 128 KB)');
    const wanted = Math.max(length, 4096);
    this.#input = this.#wasm.input(wanted) >>> 0;
    this.#inputLength = this.#input === 0 ? 0 : wanted;
    if (this.#input === 0) throw new RequestError('too-long', 'there is no memory for the request');
  }

  /** The text that the last call wrote, or the error that its negative length stands for. */
  #text(length: number): string {
    if (length <= 0) {
      if (length === 0) return '';
      throw FAILURES[length]?.() ?? new WasmError('version', `unknown failure ${length}; use the trailmark.wasm that the package brings`);
    }
    const start = this.#wasm.output() >>> 0;
    return this.#decoder.decode(this.#view().subarray(start, start + length));
  }

  /** A trap leaves the instance unusable; anything else is told as it is. */
  #crash(error: unknown): unknown {
    if (!(error instanceof WebAssembly.RuntimeError)) return error;
    this.#hasCrashed = true;
    return new WasmError('crashed', 'the WebAssembly ran out of memory or failed; open the manifests anew', { cause: error });
  }
}
