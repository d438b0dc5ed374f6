import type { Dispatcher } from 'undici';

/**
 * A dispatcher that asks before a request is written to its connection. Asking when the request is made is not enough: it may wait for a connection, and
 * the process may be paused meanwhile.
 */
export function guardDispatcher(dispatcher: Dispatcher, check: () => void): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => dispatch(options, guardHandler(handler, check)));
}

type Handler = Dispatcher.DispatchHandler;

function guardHandler(inner: Handler, check: () => void): Handler {
  return {
    onRequestStart(controller, context) {
      try {
        check();
      } catch (error) {
        controller.abort(error as Error);
        return;
      }
      inner.onRequestStart?.(controller, context);
    },
    onRequestUpgrade: (...args) => inner.onRequestUpgrade?.(...args),
    onResponseStart: (...args) => inner.onResponseStart?.(...args),
    onResponseData: (...args) => inner.onResponseData?.(...args),
    onResponseEnd: (...args) => inner.onResponseEnd?.(...args),
    onResponseError: (...args) => inner.onResponseError?.(...args),
  };
}
