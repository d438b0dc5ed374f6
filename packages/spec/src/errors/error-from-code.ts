import { InvalidInputError } from './invalid-input-error.ts';
import { UnauthenticatedError } from './unauthenticated-error.ts';
import { ForbiddenError } from './forbidden-error.ts';
import { NotFoundError } from './not-found-error.ts';
import { ConflictError } from './conflict-error.ts';
import { UnsupportedError } from './unsupported-error.ts';
import { BackendError } from './backend-error.ts';
import { UnavailableError } from './unavailable-error.ts';
import { TimeoutError } from './timeout-error.ts';
import { InternalError } from './internal-error.ts';
import type { ErrorCode, ErrorOptions, InterLinkError } from './interlink-error.ts';

const classes: Readonly<Record<ErrorCode, new (message: string, options?: ErrorOptions) => InterLinkError>> = {
  ILK_INVALID_INPUT: InvalidInputError,
  ILK_UNAUTHENTICATED: UnauthenticatedError,
  ILK_FORBIDDEN: ForbiddenError,
  ILK_NOT_FOUND: NotFoundError,
  ILK_CONFLICT: ConflictError,
  ILK_UNSUPPORTED: UnsupportedError,
  ILK_BACKEND: BackendError,
  ILK_UNAVAILABLE: UnavailableError,
  ILK_TIMEOUT: TimeoutError,
  ILK_INTERNAL: InternalError,
};

/** The error class of a code that a peer sent; an unknown code gives a BackendError. */
export function errorFromCode(code: string, message: string, options?: ErrorOptions): InterLinkError {
  const ErrorClass = Object.hasOwn(classes, code) ? classes[code as ErrorCode] : BackendError;
  return new ErrorClass(message, options);
}

/** The code of the error set that fits an HTTP status of a foreign peer. */
export function codeFromHttpStatus(status: number): ErrorCode {
  switch (status) {
    case 400:
    case 413:
    case 415:
    case 422:
      return 'ILK_INVALID_INPUT';
    case 401:
      return 'ILK_UNAUTHENTICATED';
    case 403:
      return 'ILK_FORBIDDEN';
    case 404:
      return 'ILK_NOT_FOUND';
    case 409:
      return 'ILK_CONFLICT';
    case 501:
      return 'ILK_UNSUPPORTED';
    case 408:
    case 504:
      return 'ILK_TIMEOUT';
    case 429:
    case 502:
    case 503:
      return 'ILK_UNAVAILABLE';
    default:
      return 'ILK_BACKEND';
  }
}
