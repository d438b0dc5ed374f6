import type { PodStatusEvent } from '@interlink/spec';
import type { Clock } from '@interlink/runtime';
import { late, settleWithin } from '../waiting/settle-within.ts';

/** Every event of the source, and a heartbeat whenever the source said nothing for the time. */
export async function* withHeartbeats(
  source: AsyncIterable<PodStatusEvent>,
  options: { readonly clock: Clock; readonly quietMilliseconds: number },
): AsyncGenerator<PodStatusEvent, void> {
  const events = source[Symbol.asyncIterator]();
  try {
    let pending = events.next();
    for (;;) {
      const result = await settleWithin(pending, options.quietMilliseconds);
      if (result === late) {
        yield { heartbeat: new Date(options.clock.now()).toISOString() };
        continue;
      }
      if (result.done === true) return;
      yield result.value;
      pending = events.next();
    }
  } finally {
    events.return?.(undefined).catch(() => undefined);
  }
}

const encoder = new TextEncoder();

/** One NDJSON line per event. */
export async function* encodeEvents(events: AsyncIterable<PodStatusEvent>): AsyncGenerator<Uint8Array, void> {
  for await (const event of events) yield encoder.encode(`${JSON.stringify(event)}\n`);
}
