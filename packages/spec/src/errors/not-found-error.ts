import { InterLinkError, type ErrorOptions } from './interlink-error.ts';

/** No such pod, container or route. */
export class NotFoundError extends InterLinkError {
  constructor(message: string, options?: ErrorOptions) {
    super({ code: 'ILK_NOT_FOUND', httpStatus: 404, retryable: false }, message, options);
  }
}
