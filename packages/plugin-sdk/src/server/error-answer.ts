import { codeFromHttpStatus, toInterLinkError, type ErrorBody } from '@interlink/spec';
import type { Logger } from '@interlink/runtime';

/** Status and body of an answer that is no success. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: ErrorBody;
}

/** Fastify's own refusals (body too large, bad content length, …) carry a status and a harmless message. */
interface HttpRefusal extends Error {
  readonly statusCode: number;
}

const clientErrors = { from: 400, to: 499 };

function isHttpRefusal(error: unknown): error is HttpRefusal {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return (
    code.startsWith('FST_') && typeof status === 'number' && status >= clientErrors.from && status <= clientErrors.to
  );
}

/** The answer to an error. The message of an InternalError stays here; the client gets the session to ask about. */
export function buildErrorAnswer(error: unknown, sessionId: string): ErrorAnswer {
  if (isHttpRefusal(error)) {
    const body = { code: codeFromHttpStatus(error.statusCode), message: error.message, field: 'body' };
    return { status: error.statusCode, body };
  }
  const known = toInterLinkError(error);
  const internal = known.code === 'ILK_INTERNAL';
  const message = internal
    ? `an internal error occurred; the server's log has it under session ${sessionId}`
    : known.message;
  const field = known.field === undefined || internal ? {} : { field: known.field };
  return { status: known.httpStatus, body: { code: known.code, message, ...field } };
}

/** Writes an error that ended a request once, as loud as it deserves: a bug with its stack, a refusal in one line. */
export function logError(error: unknown, answer: ErrorAnswer, logger: Logger): void {
  const { code, field } = answer.body;
  if (code === 'ILK_INTERNAL') logger.error({ status: answer.status, code, err: error }, 'request failed');
  else {
    const fields = { status: answer.status, code, field, reason: answer.body.message };
    if (answer.status >= 500) logger.warn(fields, 'request failed');
    else logger.info(fields, 'request refused');
  }
}
