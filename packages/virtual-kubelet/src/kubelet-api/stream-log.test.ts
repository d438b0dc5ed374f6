import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { streamLog } from './stream-log.ts';

/** The edge to the network: what is written leaves in the next turn of the event loop. */
class SlowResponse extends EventEmitter {
  readonly left: string[] = [];
  writeHead(): void {}
  flushHeaders(): void {}
  write(chunk: Uint8Array): boolean {
    setImmediate(() => this.left.push(Buffer.from(chunk).toString('utf8')));
    return true;
  }
  end(): void {
    this.left.push('end');
  }
}

async function* log(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('a\n');
  yield await Promise.resolve(Buffer.from('b\n'));
}

describe('a log that is sent', () => {
  it('ends after its last bytes have left', async () => {
    const response = new SlowResponse();
    await streamLog(response as unknown as ServerResponse, log(), new AbortController().signal);
    expect(response.left).toEqual(['a\n', 'b\n', 'end']);
  });
});
