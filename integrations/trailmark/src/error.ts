/** What can go wrong: `code` for programs, `message` for people, `remedy` says what to do. */

/** The kinds of errors. */
export type TrailmarkErrorCode =
  /** There is no `trailmark` program for this machine. */
  | 'binary-missing'
  /** The program can't be started. */
  | 'binary-failed'
  /** The program is of a version that this package does not know. */
  | 'version-mismatch'
  /** The command said that it could not run, and why. */
  | 'command-failed'
  /** What the command printed can't be read. */
  | 'bad-output'
  /** An option that does not exist, or a value that it can't have. */
  | 'bad-option'
  /** A framework of a version that its package does not know. */
  | 'unsupported-framework'
  /** Warnings, where they count as errors. */
  | 'strict'
  /** An audit found what it is to fail at. */
  | 'audit-failed';

/** What an error holds besides its message. */
export interface TrailmarkErrorDetails {
  /** What to do about it. */
  remedy?: string | undefined;
  /** The exit status of the command, where one ran. */
  exitStatus?: number | undefined;
  /** What the command wrote to standard error, line by line. */
  lines?: readonly string[] | undefined;
  cause?: unknown;
}

/** Every error of this package. The message holds the remedy too, since it is often all that is shown. */
export class TrailmarkError extends Error {
  override readonly name = 'TrailmarkError';
  readonly code: TrailmarkErrorCode;
  readonly remedy: string | undefined;
  readonly exitStatus: number | undefined;
  readonly lines: readonly string[];

  constructor(code: TrailmarkErrorCode, message: string, details: TrailmarkErrorDetails = {}) {
    super(
      details.remedy === undefined ? message : `${message}\n${details.remedy}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.code = code;
    this.remedy = details.remedy;
    this.exitStatus = details.exitStatus;
    this.lines = details.lines ?? [];
  }
}
