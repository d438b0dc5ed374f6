import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';

/**
 * Sends what comes, as it comes, and no faster than the reader takes it. Headers go first, so that a follower of a silent log is connected. Ends quietly
 * when the reader leaves.
 *
 * @remarks
 * The API server drops bytes that it reads together with the end of an answer when it hands a log on over a WebSocket (`messageCopy` of its
 * wsstream, seen in 1.36.3), so the two never share a TLS record.
 *
 * @throws what the source throws, after the connection was cut: the reader must not take half a log for a whole one.
 */
export async function streamLog(
  response: ServerResponse,
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' });
  response.flushHeaders();
  try {
    for await (const chunk of source) {
      if (signal.aborted) return;
      if (!response.write(chunk)) await once(response, 'drain', { signal });
    }
    await nextTurn(); // The last bytes leave before the end does.
    response.end();
  } catch (error) {
    response.destroy();
    if (!signal.aborted) throw error;
  }
}
