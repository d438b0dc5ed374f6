import {
  codeFromHttpStatus,
  errorFromCode,
  isInterLinkError,
  TimeoutError,
  UnavailableError,
  type InterLinkError,
} from '@interlink/spec';

/** The `Status` object that API servers answer with. */
interface KubeStatus {
  readonly kind?: string;
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly causes?: readonly { readonly field?: string }[] };
}

const longestForeignMessage = 500;

/** The error for an answer with an error status; `details` has `status` and the API's own `reason`, e.g. `AlreadyExists`. */
export function mapKubeStatus(status: number, body: string, request: string): InterLinkError {
  const parsed = parseStatus(body);
  const words = parsed?.message ?? body.slice(0, longestForeignMessage);
  const field = parsed?.details?.causes?.[0]?.field;
  // A server error of an API server passes by itself: etcd has no leader, a webhook is away, the process restarts.
  const code = status >= 500 && status !== 504 ? 'ILK_UNAVAILABLE' : codeFromHttpStatus(status);
  return errorFromCode(code, `${request}: ${words === '' ? `HTTP ${status}` : words}`, {
    details: { status, ...(parsed?.reason === undefined ? {} : { reason: parsed.reason }) },
    ...(field === undefined ? {} : { field }),
  });
}

function parseStatus(body: string): KubeStatus | undefined {
  try {
    const value = JSON.parse(body) as KubeStatus;
    return value.kind === 'Status' ? value : undefined;
  } catch {
    return undefined;
  }
}

const timeoutCodes = new Set(['UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT']);

/** The error for a request that got no answer; the signal's reason when the caller ended it. */
export function mapTransportError(error: unknown, request: string, signal?: AbortSignal): unknown {
  if (signal?.aborted === true) return signal.reason;
  if (isInterLinkError(error)) return error;
  const code = codeOf(error);
  if (timeoutCodes.has(code))
    return new TimeoutError(`${request}: the API server did not answer in time`, { cause: error });
  return new UnavailableError(`${request}: the API server cannot be reached (${code})`, {
    cause: error,
    details: { code },
  });
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // An address with several IPs fails with an AggregateError, whose parts say why.
  const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  const own = (error as { code?: unknown }).code;
  if (typeof own === 'string') return own;
  return inner instanceof Error ? codeOf(inner) : error.message;
}

/** True for an answer of the API server with this HTTP status. */
export function hasStatus(error: unknown, status: number): boolean {
  return isInterLinkError(error) && error.details['status'] === status;
}
