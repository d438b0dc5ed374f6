interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/** Runs equal work once for all who ask for it at the same time. */
export interface SingleFlight<T> {
  /**
   * Joins the running work of that key, or starts it. The work is aborted only when everybody who waits for it has aborted.
   *
   * @throws the signal's reason when the caller's own signal aborts; whatever the work throws.
   */
  run(key: string, start: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Lets nobody join the work that runs now: who asks from here on starts anew. */
  forgetAll(): void;
}

/** Makes a {@link SingleFlight} of its own. */
export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Flight<T>>();

  function launch(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const flight: Flight<T> = { result: start(controller.signal), controller, waiting: 0 };
    flights.set(key, flight);
    const land = (): void => {
      if (flights.get(key) === flight) flights.delete(key);
    };
    flight.result.then(land, land);
    return flight;
  }

  return {
    async run(key, start, signal) {
      signal?.throwIfAborted();
      const flight = flights.get(key) ?? launch(key, start);
      flight.waiting += 1;
      try {
        return await orAborted(flight.result, signal);
      } finally {
        flight.waiting -= 1;
        if (flight.waiting === 0) {
          // Whoever comes now must not join work that is being aborted.
          if (flights.get(key) === flight) flights.delete(key);
          flight.controller.abort();
        }
      }
    },
    forgetAll: () => flights.clear(),
  };
}

function orAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return result;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    void result.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
