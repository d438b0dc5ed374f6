import {
  BackendError,
  codeFromHttpStatus,
  errorFromCode,
  type ErrorCode,
  type ExitStatus,
  type InterLinkError,
} from '@interlink/spec';
import { buildErrorAnswer } from '../server/error-answer.ts';

/** A v1.Status as a kubelet sends it on the status channel. */
interface Status {
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly causes: readonly StatusCause[] };
}

interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

/** Kubernetes' words for a refusal; a client shows the message whatever the reason. */
const reasons: Readonly<Record<ErrorCode, string>> = {
  ILK_INVALID_INPUT: 'BadRequest',
  ILK_UNAUTHENTICATED: 'Unauthorized',
  ILK_FORBIDDEN: 'Forbidden',
  ILK_NOT_FOUND: 'NotFound',
  ILK_CONFLICT: 'Conflict',
  ILK_UNSUPPORTED: 'NotImplemented',
  ILK_BACKEND: 'InternalError',
  ILK_UNAVAILABLE: 'ServiceUnavailable',
  ILK_TIMEOUT: 'Timeout',
  ILK_INTERNAL: 'InternalError',
};

const nonZeroExitCode = 'NonZeroExitCode';
const exitCodeCause = 'ExitCode';

/** The Status of a session that came to its end: Success, or a kubelet's Failure with the exit code as a cause. */
export function buildExitStatus({ exitCode, message }: ExitStatus): Status {
  if (exitCode === 0) return { metadata: {}, status: 'Success' };
  return {
    metadata: {},
    status: 'Failure',
    message: message ?? `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: nonZeroExitCode,
    details: { causes: [{ reason: exitCodeCause, message: String(exitCode) }] },
  };
}

/** The Status of a session that failed; the message of an InternalError stays here. */
export function buildErrorStatus(error: unknown, sessionId: string): Status {
  const { status, body } = buildErrorAnswer(error, sessionId);
  const code = body.code as ErrorCode;
  const field = body.field === undefined ? {} : { field: body.field };
  return {
    metadata: {},
    status: 'Failure',
    message: body.message,
    reason: reasons[code],
    code: status,
    details: { causes: [{ reason: code, message: body.message, ...field }] },
  };
}

/**
 * How a session ended, by the text of the status channel. Takes the Status of a kubelet too.
 *
 * @throws InterLinkError for a failure that is no exit code.
 */
export function parseStreamStatus(text: string, peer: string): ExitStatus {
  const status = parse(text);
  if (status?.status === 'Success') return { exitCode: 0 };
  const exitCode = Number(causeOf(status, exitCodeCause)?.message);
  if (status?.reason === nonZeroExitCode && isExitCode(exitCode)) {
    return { exitCode, ...(status.message === undefined ? {} : { message: status.message }) };
  }
  throw errorOf(status, peer);
}

function parse(text: string): Partial<Status> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function causeOf(status: Partial<Status> | undefined, reason: string): StatusCause | undefined {
  const causes: unknown = status?.details?.causes;
  return Array.isArray(causes)
    ? ((causes as (StatusCause | null)[]).find((cause) => cause?.reason === reason) ?? undefined)
    : undefined;
}

function isExitCode(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= 255;
}

function errorOf(status: Partial<Status> | undefined, peer: string): InterLinkError {
  if (status?.status !== 'Failure') return new BackendError(`${peer} did not say how the session ended`);
  const { message = `${peer} gave no reason`, code: httpStatus = 500 } = status;
  const details = { peer, status: httpStatus };
  const cause = (status.details?.causes ?? []).find(({ reason }) => reason.startsWith('ILK_'));
  if (cause === undefined) return errorFromCode(codeFromHttpStatus(httpStatus), message, { details });
  const field = cause.field === undefined ? {} : { field: cause.field };
  return errorFromCode(cause.reason, message, { details, ...field });
}
