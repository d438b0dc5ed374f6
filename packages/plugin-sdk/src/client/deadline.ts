import type { InterLinkError } from '@interlink/spec';

/** A signal that aborts with the caller's, or with an error of its own when the time is over. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** Stops the time; the caller's signal still counts. */
  clear(): void;
  /** Starts the time anew. */
  restart(): void;
}

/**
 * Starts a deadline. Dispose it when the call is over: it holds a timer and a listener on the caller's signal, which
 * `AbortSignal.any` would leave there for as long as that signal lives.
 */
export function startDeadline(milliseconds: number, expired: () => InterLinkError, caller?: AbortSignal): Deadline {
  const controller = new AbortController();
  const expire = (): void => controller.abort(expired());
  const follow = (): void => controller.abort(caller?.reason);
  let timer = setTimeout(expire, milliseconds);
  const clear = (): void => clearTimeout(timer);
  if (caller?.aborted === true) follow();
  caller?.addEventListener('abort', follow, { once: true });
  return {
    signal: controller.signal,
    clear,
    restart: () => {
      clear();
      timer = setTimeout(expire, milliseconds);
    },
    [Symbol.dispose]: () => {
      clear();
      caller?.removeEventListener('abort', follow);
    },
  };
}
