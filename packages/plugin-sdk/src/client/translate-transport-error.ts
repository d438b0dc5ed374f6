import { TimeoutError, UnavailableError, type InterLinkError } from '@interlink/spec';

/** What was being done when the connection failed. */
export interface FailedExchange {
  readonly operation: string;
  /** URL of the peer. */
  readonly peer: string;
  /** True when doing it twice is not the same as doing it once. */
  readonly changes: boolean;
}

interface SystemError extends Error {
  readonly code?: string;
  readonly syscall?: string;
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ENOENT: 'there is no such socket or file',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name could not be looked up',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'no connection was made in time',
};

const beforeSendingSyscalls = new Set(['connect', 'getaddrinfo', 'open', 'stat']);
const certificateCodes = /^(?:CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO_|ERR_TLS_)/;

/** The system's error behind undici's, or behind a connection that was tried on several addresses. */
function innermost(error: unknown): SystemError {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause) return innermost(cause);
  return error instanceof Error ? error : new Error(String(error));
}

/** True when no byte of the request can have reached the peer. */
function isBeforeSending(error: SystemError): boolean {
  const code = error.code ?? '';
  return (
    code === 'UND_ERR_CONNECT_TIMEOUT' || certificateCodes.test(code) || beforeSendingSyscalls.has(error.syscall ?? '')
  );
}

function isNotHttp(error: SystemError): boolean {
  return error.name === 'HTTPParserError';
}

function describe(error: SystemError): string {
  const code = error.code ?? '';
  if (isNotHttp(error)) return 'the answer is not HTTP';
  return words[code] ?? `${error.message}${code === '' ? '' : ` (${code})`}`;
}

/**
 * The error of the set for a connection that failed.
 *
 * @remarks `details.notSent` is true when the peer saw nothing of the request. Else, for what changes something, `details.ambiguous` is
 * true: it may have happened.
 */
export function translateTransportError(error: unknown, exchange: FailedExchange): InterLinkError {
  const inner = innermost(error);
  const notSent = isBeforeSending(inner);
  const details = {
    peer: exchange.peer,
    ...(inner.code === undefined ? {} : { code: inner.code }),
    ...(notSent ? { notSent } : {}),
    ...(!notSent && exchange.changes ? { ambiguous: true } : {}),
  };
  // undici keeps the bytes it could not parse in the error, and they are the peer's.
  const cause = isNotHttp(inner) ? {} : { cause: error };
  return new UnavailableError(`${exchange.operation}: ${exchange.peer}: ${describe(inner)}`, { ...cause, details });
}

/** The error for an answer that did not come in time. */
export function answerTimeout(milliseconds: number, exchange: FailedExchange): InterLinkError {
  const details = { peer: exchange.peer, milliseconds, ...(exchange.changes ? { ambiguous: true } : {}) };
  return new TimeoutError(`${exchange.operation}: ${exchange.peer} did not answer within ${milliseconds} ms`, {
    details,
  });
}
