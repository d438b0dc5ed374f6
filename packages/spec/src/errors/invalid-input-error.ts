import { InterLinkError, type ErrorOptions } from './interlink-error.ts';

/** The request is wrong and stays wrong: names the field. */
export class InvalidInputError extends InterLinkError {
  constructor(message: string, options?: ErrorOptions) {
    super({ code: 'ILK_INVALID_INPUT', httpStatus: 400, retryable: false }, message, options);
  }
}
