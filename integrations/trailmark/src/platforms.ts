/**
 * The machines for which there is a package with the program. One table: the names of the packages, the `os`, `cpu` and
 * `libc` by which npm chooses, and the Rust target that the program is built for.
 */

/** A machine for which there is a package. */
export interface Platform {
  /** As in the name of the package: `linux-x64-gnu`. */
  readonly key: string;
  readonly os: NodeJS.Platform;
  readonly cpu: NodeJS.Architecture;
  /** Which C library; for Linux only. */
  readonly libc?: 'glibc' | 'musl';
  /** The Rust target. */
  readonly target: string;
}

/** All of them. */
export const PLATFORMS: readonly Platform[] = [
  { key: 'linux-x64-gnu', os: 'linux', cpu: 'x64', libc: 'glibc', target: 'x86_64-unknown-linux-gnu' },
  { key: 'linux-x64-musl', os: 'linux', cpu: 'x64', libc: 'musl', target: 'x86_64-unknown-linux-musl' },
  { key: 'linux-arm64-gnu', os: 'linux', cpu: 'arm64', libc: 'glibc', target: 'aarch64-unknown-linux-gnu' },
  { key: 'linux-arm64-musl', os: 'linux', cpu: 'arm64', libc: 'musl', target: 'aarch64-unknown-linux-musl' },
  { key: 'darwin-x64', os: 'darwin', cpu: 'x64', target: 'x86_64-apple-darwin' },
  { key: 'darwin-arm64', os: 'darwin', cpu: 'arm64', target: 'aarch64-apple-darwin' },
  { key: 'win32-x64', os: 'win32', cpu: 'x64', target: 'x86_64-pc-windows-msvc' },
  { key: 'win32-arm64', os: 'win32', cpu: 'arm64', target: 'aarch64-pc-windows-msvc' },
];

/** The name of a platform's package. */
export const packageName = (platform: Platform): string => `@trailmark/cli-${platform.key}`;

/** Where in its package the program lies. */
export const programIn = (platform: Platform): string =>
  platform.os === 'win32' ? 'bin/trailmark.exe' : 'bin/trailmark';

/** A machine, as Node sees it. */
export interface Machine {
  readonly os: NodeJS.Platform;
  readonly cpu: NodeJS.Architecture;
  readonly libc: 'glibc' | 'musl' | undefined;
}

/** The machine that this runs on. */
export function thisMachine(): Machine {
  const { platform: os, arch: cpu } = process;
  return { os, cpu, libc: os === 'linux' ? cLibrary() : undefined };
}

/** The platforms whose program may run on a machine, the likeliest first. */
export function platformsFor(machine: Machine): Platform[] {
  const fitting = PLATFORMS.filter(({ os, cpu }) => os === machine.os && cpu === machine.cpu);
  // A program for musl is linked statically, so it runs beside any C library, but not the other way round.
  return fitting
    .filter(({ libc }) => libc === undefined || libc === machine.libc || libc === 'musl')
    .sort((a, b) => Number(b.libc === machine.libc) - Number(a.libc === machine.libc));
}

/** Node's own report names the version of glibc, where it is linked to one. */
function cLibrary(): 'glibc' | 'musl' {
  // Without this the report asks the name servers who is connected.
  if ('excludeNetwork' in process.report) process.report.excludeNetwork = true;
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime === undefined ? 'musl' : 'glibc';
}
