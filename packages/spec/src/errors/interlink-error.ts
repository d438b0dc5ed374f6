const marker = Symbol.for('interlink.error');

/** The stable codes of the error set; a code's meaning does not change within a major version. */
export type ErrorCode =
  | 'ILK_INVALID_INPUT'
  | 'ILK_UNAUTHENTICATED'
  | 'ILK_FORBIDDEN'
  | 'ILK_NOT_FOUND'
  | 'ILK_CONFLICT'
  | 'ILK_UNSUPPORTED'
  | 'ILK_BACKEND'
  | 'ILK_UNAVAILABLE'
  | 'ILK_TIMEOUT'
  | 'ILK_INTERNAL';

/** What an error may carry besides its message. Never a secret, never a whole pod. */
export interface ErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Path of the field at fault, e.g. `pod.spec.containers[0].image`. */
  readonly field?: string;
  /** Small facts for the reader of a log: exit code, status, the tail of stderr. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** The fixed part of an error class. */
export interface ErrorKind {
  readonly code: ErrorCode;
  readonly httpStatus: number;
  readonly retryable: boolean;
}

/** Base of the error set. Recognise one by {@link isInterLinkError} and its `code`, not by `instanceof`. */
export abstract class InterLinkError extends Error {
  readonly code: ErrorCode;
  /** HTTP status that our servers answer with. */
  readonly httpStatus: number;
  /** Whether the same call may succeed later without any change. */
  readonly retryable: boolean;
  readonly field: string | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  protected constructor(kind: ErrorKind, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = kind.code;
    this.httpStatus = kind.httpStatus;
    this.retryable = kind.retryable;
    this.field = options.field;
    this.details = options.details ?? {};
    Object.defineProperty(this, marker, { value: true });
  }
}

/** True for an error of the set, whichever copy of this package made it. */
export function isInterLinkError(value: unknown): value is InterLinkError {
  return typeof value === 'object' && value !== null && marker in value;
}
