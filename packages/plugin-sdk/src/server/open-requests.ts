import type { ServerResponse } from 'node:http';
import { UnavailableError } from '@interlink/spec';

/** The requests that a server works on, so that it can end them. */
export interface OpenRequests {
  /** The signal of one request; {@link WireRoute.durable} ones do not hear that their client went away. */
  open(response: ServerResponse, durable: boolean): AbortSignal;
  /** Marks a request as a stream without a natural end. */
  markEndless(signal: AbortSignal): void;
  /** Ends all streams without a natural end. */
  endEndless(): void;
  /** Ends everything. */
  endAll(): void;
}

/** An empty {@link OpenRequests}. */
export function createOpenRequests(): OpenRequests {
  const controllers = new Map<AbortSignal, AbortController>();
  const endless = new Set<AbortSignal>();

  function open(response: ServerResponse, durable: boolean): AbortSignal {
    const controller = new AbortController();
    controllers.set(controller.signal, controller);
    response.once('close', () => {
      controllers.delete(controller.signal);
      endless.delete(controller.signal);
      if (!response.writableFinished && !durable)
        controller.abort(new UnavailableError('the client closed the connection'));
    });
    return controller.signal;
  }

  const end = (signals: Iterable<AbortSignal>): void => {
    for (const signal of signals) controllers.get(signal)?.abort(new UnavailableError('the server is shutting down'));
  };
  return {
    open,
    markEndless: (signal) => void endless.add(signal),
    endEndless: () => end([...endless]),
    endAll: () => end([...controllers.keys()]),
  };
}
