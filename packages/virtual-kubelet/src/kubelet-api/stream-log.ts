import { once } from 'node:events';
import type { ServerResponse } from 'node:http';

/**
 * Sends what comes, as it comes, and no faster than the reader takes it. Headers go first, so that a follower of a silent log is connected. Ends quietly
 * when the reader leaves.
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
    response.end();
  } catch (error) {
    response.destroy();
    if (!signal.aborted) throw error;
  }
}
