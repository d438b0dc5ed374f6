import { BackendError } from '@interlink/spec';

const lineFeed = 0x0a;

/**
 * The values of a stream of JSON lines, each as soon as its line is complete.
 *
 * @throws BackendError for a line that is no JSON.
 */
export async function* jsonLines<T>(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<T> {
  let pending: Uint8Array[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end !== -1; end = chunk.indexOf(lineFeed, start)) {
      pending.push(chunk.subarray(start, end));
      const line = Buffer.concat(pending).toString('utf8');
      pending = [];
      start = end + 1;
      if (line.trim() !== '') yield parseLine(line) as T;
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new BackendError('a line of the stream is no JSON', { cause: error });
  }
}
