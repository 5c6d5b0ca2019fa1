// What the command put into the page; `cli/src/commands/report/data.rs` is its other side.

/** A rule of the platform's table. */
export interface RuleRow {
  readonly name: string;
  readonly summary: string;
  readonly advice: string;
  readonly source: string;
  readonly certainty: string;
  /** Stored paths that it answers. */
  readonly paths: number;
}

/** A rule of `_redirects`. */
export interface RedirectRow {
  readonly line: number;
  readonly from: string;
  readonly to: string;
  readonly status: number;
}

export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  readonly link?: string;
}

export interface Finding {
  readonly target: string;
  readonly answer?: { readonly status: number; readonly rule: string; readonly location?: string; readonly redirects: number };
  readonly detail?: string;
  readonly fix?: string;
  readonly links: number;
  readonly in_files: number | null;
  readonly kinds: readonly string[];
  readonly places: readonly Place[];
}

export interface Group {
  readonly rule: string;
  readonly level: 'note' | 'warning' | 'error';
  readonly count: number;
  readonly links: number;
  readonly in_files: number | null;
  readonly findings: readonly Finding[];
}

export interface AuditRule {
  readonly name: string;
  readonly summary: string;
  readonly explanation: string;
  readonly fix: string;
}

export interface Data {
  readonly name: string;
  readonly version: string;
  readonly platform: string;
  readonly html_handling: string | null;
  readonly not_found_handling: string | null;
  /** Empty, or as `/docs`. */
  readonly base: string;
  readonly sha256: string;
  readonly manifest_bytes: number;
  readonly has_script: boolean;
  /** Rules that send requests to the script: whether they exclude, and what. */
  readonly script_rules: readonly (readonly [boolean, string])[];
  readonly header_rules: number;
  readonly redirects: readonly RedirectRow[];
  readonly rules: readonly RuleRow[];
  readonly types: readonly string[];
  /** All files, folder by folder, separated by NUL; a path each, beginning with `/`. */
  readonly paths: string;
  /** Of each file: bytes, and which of `types`. */
  readonly sizes: readonly number[];
  readonly type_of: readonly number[];
  /** Nothing if the links were not audited. */
  readonly audit: { readonly groups: readonly Group[]; readonly links: Readonly<Record<string, number>>; readonly pages: number } | null;
  readonly audit_rules: readonly AuditRule[];
}

/** What the element with this id holds: base64 of raw deflate. */
export async function unpacked(id: string): Promise<Uint8Array<ArrayBuffer>> {
  const element = document.getElementById(id);
  const text = (element?.textContent ?? '').trim();
  // The text is not needed twice, and may be large.
  element?.remove();
  const packed = fromBase64(text);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const { fromBase64: native } = Uint8Array as unknown as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
  if (typeof native === 'function') return native.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
  return bytes;
}

/** The data of the page. */
export async function readData(): Promise<Data> {
  return JSON.parse(new TextDecoder().decode(await unpacked('data'))) as Data;
}
