import type { Readable } from 'node:stream';
import { BackendError } from '@interlink/spec';

/** Ten thousand statuses fit many times; a peer gone mad does not fill the memory. */
const maximumAnswerBytes = 256 * 1024 * 1024;

/**
 * The whole body as text.
 *
 * @throws BackendError when it is larger than 256 MiB. With `cutAfterBytes` it is cut there instead.
 */
export async function readText(body: Readable, cutAfterBytes?: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (cutAfterBytes !== undefined && length >= cutAfterBytes) break;
    if (length > maximumAnswerBytes) throw new BackendError(`the answer is larger than ${maximumAnswerBytes} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** What to do when a streamed body fails, and when it ends in any way. */
export interface StreamHooks {
  translate(error: unknown): unknown;
  end(): void;
}

/**
 * A body's bytes as they come.
 *
 * @remarks Not an async generator: breaking one off before its first step would skip its clean-up and leave the connection open.
 */
export function streamBody(body: Readable, hooks: StreamHooks): AsyncIterableIterator<Uint8Array> {
  // An abort between two reads makes the body fail with nobody listening; the next read gives the error.
  body.on('error', () => undefined);
  const chunks = body[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  return {
    next: async () => {
      try {
        const result = await chunks.next();
        if (result.done === true) hooks.end();
        return result;
      } catch (error) {
        hooks.end();
        throw hooks.translate(error);
      }
    },
    return: () => {
      body.destroy();
      hooks.end();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
