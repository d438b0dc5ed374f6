import { BackendError, isInterLinkError, parseWire, type PodStatusEvent } from '@interlink/spec';
import type { Logger } from '@interlink/runtime';

const maximumLineBytes = 1024 * 1024;
const newline = 0x0a;

/** The lines of a byte stream, without their ends; empty ones left out. */
async function* splitLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(newline); end >= 0; end = rest.indexOf(newline)) {
      const line = rest.subarray(0, end).toString('utf8').trim();
      rest = rest.subarray(end + 1);
      if (line !== '') yield line;
    }
    if (rest.length > maximumLineBytes)
      throw new BackendError(`a line of the event stream is longer than ${maximumLineBytes} bytes`);
  }
}

function parseLine(line: string, logger: Logger): PodStatusEvent | undefined {
  try {
    return parseWire('PodStatusEvent', JSON.parse(line) as unknown);
  } catch (error) {
    logger.warn({ reason: isInterLinkError(error) ? error.message : 'not JSON' }, 'event ignored');
    return undefined;
  }
}

/** The events of an NDJSON stream. A line that cannot be read costs that line. */
export async function* parseEventLines(
  chunks: AsyncIterable<Uint8Array>,
  logger: Logger,
): AsyncGenerator<PodStatusEvent, void> {
  for await (const line of splitLines(chunks)) {
    const event = parseLine(line, logger);
    if (event !== undefined) yield event;
  }
}
