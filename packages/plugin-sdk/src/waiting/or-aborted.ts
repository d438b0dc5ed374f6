/**
 * The promise's result, or a rejection with the signal's reason as soon as it aborts.
 *
 * @remarks Leaves nothing behind on the signal, so that a signal may live as long as the process.
 */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    const settled = (): void => signal.removeEventListener('abort', abort);
    signal.addEventListener('abort', abort, { once: true });
    promise.finally(settled).then(resolve, reject);
    if (signal.aborted) abort();
  });
}
