import { isHeartbeat, type PodStatusEvent } from '@interlink/spec';

/** The key of heartbeats among UIDs; a UID is never empty. */
const heartbeatKey = '';

/** What one subscriber has not read yet: the latest status of each pod and the latest heartbeat, so a slow reader costs no memory. */
export interface EventMailbox {
  put(event: PodStatusEvent): void;
  /** Ends {@link EventMailbox.events}: with the error where there is one. Later calls change nothing. */
  close(error: unknown): void;
  /** To be iterated once. */
  readonly events: AsyncIterable<PodStatusEvent>;
}

/** Makes an empty {@link EventMailbox}; `onClose` is called once, when nobody will read from it any more. */
export function createEventMailbox(onClose: () => void): EventMailbox {
  const waiting = new Map<string, PodStatusEvent>();
  let closed: { readonly error: unknown } | undefined;
  let wake: (() => void) | undefined;

  function close(error: unknown): void {
    if (closed !== undefined) return;
    closed = { error };
    wake?.();
    onClose();
  }

  function take(): PodStatusEvent | undefined {
    const [next] = waiting;
    if (next === undefined) return undefined;
    waiting.delete(next[0]);
    return next[1];
  }

  async function* read(): AsyncGenerator<PodStatusEvent> {
    try {
      for (;;) {
        const event = take();
        if (event !== undefined) {
          yield event;
          continue;
        }
        if (closed !== undefined) {
          if (closed.error !== undefined) throw closed.error as Error;
          return;
        }
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      close(undefined);
    }
  }

  return {
    put(event) {
      if (closed !== undefined) return;
      // The oldest change is read first; a newer state of the same pod takes its place in the row.
      waiting.set(isHeartbeat(event) ? heartbeatKey : event.UID, event);
      wake?.();
    },
    close,
    events: read(),
  };
}
