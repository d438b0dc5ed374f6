import { InterLinkError, type ErrorOptions } from './interlink-error.ts';

/** The backend or peer did not answer in time. */
export class TimeoutError extends InterLinkError {
  constructor(message: string, options?: ErrorOptions) {
    super({ code: 'ILK_TIMEOUT', httpStatus: 504, retryable: true }, message, options);
  }
}
