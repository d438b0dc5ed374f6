import { TimeoutError } from '@interlink/spec';
import { orAborted } from '../waiting/or-aborted.ts';
import { startDeadline } from './deadline.ts';

/** The chunks of a source that never is silent for longer than the time; the reader's own time does not count. */
export async function* limitIdle(
  source: AsyncIterable<Uint8Array>,
  milliseconds: number,
  message: string,
): AsyncGenerator<Uint8Array, void> {
  const chunks = source[Symbol.asyncIterator]();
  using silence = startDeadline(milliseconds, () => new TimeoutError(message, { details: { milliseconds } }));
  try {
    for (;;) {
      silence.restart();
      const result = await orAborted(chunks.next(), silence.signal);
      if (result.done === true) return;
      silence.clear();
      yield result.value;
    }
  } finally {
    await chunks.return?.();
  }
}
