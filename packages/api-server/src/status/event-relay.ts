import { isHeartbeat, type CallOptions, type Plugin, type PodStatus, type PodStatusEvent } from '@interlink/spec';
import { createEventMailbox, type EventMailbox } from './event-mailbox.ts';

/** The plugin's events for any number of subscribers, over one subscription to the plugin. */
export interface EventRelay {
  /** Subscribes from the call on; ends by the signal (rejects with its reason) or with the plugin's error. */
  subscribe(options?: CallOptions): AsyncIterable<PodStatusEvent>;
}

/**
 * Makes an {@link EventRelay}. The plugin is subscribed to while somebody listens.
 *
 * @param accept - Called with every status before subscribers see it.
 */
export function createEventRelay(watch: NonNullable<Plugin['watch']>, accept: (status: PodStatus) => void): EventRelay {
  const mailboxes = new Set<EventMailbox>();
  let source: AbortController | undefined;

  async function pump(own: AbortController, sessionId: string | undefined): Promise<void> {
    try {
      const session = sessionId === undefined ? {} : { sessionId };
      for await (const event of watch({ signal: own.signal, ...session })) {
        if (own.signal.aborted) return;
        if (!isHeartbeat(event)) accept(event);
        for (const mailbox of mailboxes) mailbox.put(event);
      }
      close(own, undefined);
    } catch (error) {
      close(own, error);
    }
  }

  /** The plugin's stream is over: everybody learns it, and the next subscriber starts a new one. */
  function close(own: AbortController, error: unknown): void {
    if (source !== own) return;
    source = undefined;
    for (const mailbox of mailboxes) mailbox.close(error);
    mailboxes.clear();
  }

  function join(mailbox: EventMailbox, sessionId: string | undefined): void {
    mailboxes.add(mailbox);
    if (source !== undefined) return;
    const own = new AbortController();
    source = own;
    void pump(own, sessionId);
  }

  function leave(mailbox: EventMailbox): void {
    if (!mailboxes.delete(mailbox) || mailboxes.size > 0) return;
    source?.abort();
    source = undefined;
  }

  return {
    subscribe({ signal, sessionId } = {}) {
      signal?.throwIfAborted();
      const abort = (): void => mailbox.close(signal?.reason);
      const mailbox = createEventMailbox(() => {
        signal?.removeEventListener('abort', abort);
        leave(mailbox);
      });
      signal?.addEventListener('abort', abort, { once: true });
      join(mailbox, sessionId);
      return mailbox.events;
    },
  };
}
