import { describe, expect, it } from 'vitest';
import { createFlowQueue } from './flow-queue.ts';

const mebibyte = 1024 * 1024;

function world() {
  const flow: string[] = [];
  const queue = createFlowQueue<Uint8Array>({
    sizeOf: ({ length }) => length,
    pause: () => flow.push('pause'),
    resume: () => flow.push('resume'),
  });
  return { flow, queue };
}

describe('a flow queue', () => {
  it('gives items in order, waits for the next, and ends', async () => {
    const { queue } = world();
    queue.push(Buffer.from('a'));
    const late = (async () => {
      const texts: string[] = [];
      for await (const item of queue) texts.push(Buffer.from(item).toString());
      return texts;
    })();
    await Promise.resolve();
    queue.push(Buffer.from('b'));
    queue.end();
    queue.push(Buffer.from('after the end'));
    expect(await late).toEqual(['a', 'b']);
  });

  it('pauses its source when it is full, and resumes it when there is room', async () => {
    const { flow, queue } = world();
    for (let index = 0; index < 4; index += 1) queue.push(Buffer.alloc(mebibyte / 4));
    expect(flow).toEqual(['pause']);
    await queue.next();
    await queue.next();
    expect(flow).toEqual(['pause']);
    await queue.next();
    expect(flow).toEqual(['pause', 'resume']);
  });

  it('rejects at once when it fails: what is queued is not all', async () => {
    const { flow, queue } = world();
    queue.push(Buffer.alloc(mebibyte));
    queue.fail(new Error('lost'));
    await expect(queue.next()).rejects.toThrow('lost');
    expect(flow).toEqual(['pause', 'resume']);
  });

  it('drops everything once its reader has enough', async () => {
    const { flow, queue } = world();
    queue.push(Buffer.alloc(mebibyte));
    await queue.return();
    for (let index = 0; index < 4; index += 1) queue.push(Buffer.alloc(mebibyte));
    expect(flow).toEqual(['pause', 'resume']);
    expect(await queue.next()).toEqual({ done: true, value: undefined });
  });
});
