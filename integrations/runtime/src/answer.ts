// The text that comes back, as an answer; its form is that of `wasm/src/wire.rs`.

import type { Answer, AnswerHeaders, AssetsAnswer, WorkerAnswer } from './types.js';

const TO_WORKER: WorkerAnswer = Object.freeze({
  to: 'worker', status: null, location: null, asset: null, size: null, rule: null, headers: null,
});

/** Takes the text apart. An empty one is a request that goes to the Worker. */
export function answerOf(text: string): Answer {
  return text === '' ? TO_WORKER : assetsAnswerOf(text);
}

/** Takes the text of an answer of the assets apart. */
export function assetsAnswerOf(text: string): AssetsAnswer {
  const parts = text.split('\0');
  const asset = parts[3] as string;
  const headers: AnswerHeaders = {};
  let location: string | null = null;
  for (let at = 4; at + 1 < parts.length; at += 2) {
    const name = parts[at] as string;
    const value = parts[at + 1] as string;
    if (name === 'location') location ??= value;
    add(headers, name, value);
  }
  return {
    to: 'assets',
    status: Number(parts[0]),
    location,
    asset: asset === '' ? null : asset,
    size: asset === '' ? null : Number(parts[2]),
    rule: parts[1] as string,
    headers,
  };
}

function add(headers: AnswerHeaders, name: string, value: string): void {
  if (name === 'set-cookie') {
    const cookies = Object.hasOwn(headers, name) ? (headers[name] as string[]) : (headers[name] = []);
    cookies.push(value);
  } else if (name === '__proto__') {
    // A header may be called that; assigned, it would be no property.
    const joined = Object.hasOwn(headers, name) ? `${headers[name] as string}, ${value}` : value;
    Object.defineProperty(headers, name, { value: joined, enumerable: true, configurable: true, writable: true });
  } else {
    const known = headers[name];
    headers[name] = known === undefined || !Object.hasOwn(headers, name) ? value : `${known as string}, ${value}`;
  }
}
