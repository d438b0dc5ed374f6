import { InterLinkError, type ErrorOptions } from './interlink-error.ts';

/** The backend or peer could not be asked. */
export class UnavailableError extends InterLinkError {
  constructor(message: string, options?: ErrorOptions) {
    super({ code: 'ILK_UNAVAILABLE', httpStatus: 503, retryable: true }, message, options);
  }
}
