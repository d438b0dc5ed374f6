import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@interlink/runtime';
import { createFileLogSource } from './create-file-log-source.ts';
import { normalizeLogOptions } from './normalize-log-options.ts';
import { selectLog } from './select-log.ts';

let directory: string;
let log: string;
let timeline: string;
let hasEnded: boolean;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'file-log-'));
  log = join(directory, '0.log');
  timeline = join(directory, '0.times');
  hasEnded = false;
});
afterEach(() => rm(directory, { recursive: true }));

const source = (pollMilliseconds?: number) =>
  createFileLogSource(log, timeline, {
    ended: () => Promise.resolve(hasEnded),
    ...(pollMilliseconds === undefined ? {} : { pollMilliseconds }),
  });

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

describe('createFileLogSource', () => {
  it('takes absent files for an empty log', async () => {
    expect(await source().size()).toBe(0);
    expect(await source().timeline()).toEqual([]);
    expect(await collect(source().read(0, 100))).toHaveLength(0);
  });

  it('reads exactly the bytes asked for', async () => {
    await writeFile(log, Buffer.from('0123456789'));
    expect((await collect(source().read(2, 5))).toString()).toBe('234');
    expect((await collect(source().read(8, 50))).toString()).toBe('89');
  });

  it('reads the timeline as it grows, leaving an unfinished line for later', async () => {
    await writeFile(timeline, '0 100.5\n12 100.000');
    const growing = source();
    expect(await growing.timeline()).toEqual([{ offset: 0, time: 100_500 }]);
    await appendFile(timeline, '001\nnonsense\n13 101.25\n');
    const all = [
      { offset: 0, time: 100_500 },
      { offset: 12, time: 100_000.001 },
      { offset: 13, time: 101_250 },
    ];
    expect(await Promise.all([growing.timeline(), growing.timeline()])).toEqual([all, all]);
  });

  it('names an unreadable file as unavailable', async () => {
    const unreadable = createFileLogSource(directory, timeline, { ended: () => Promise.resolve(true) });
    await expect(collect(unreadable.read(0, 10))).rejects.toMatchObject({
      code: 'ILK_UNAVAILABLE',
      details: { code: 'EISDIR' },
    });
  });

  it('knows at once of what came since the size was asked', async () => {
    const growing = source(60_000);
    await growing.size();
    await writeFile(log, 'x');
    await growing.changed(AbortSignal.timeout(30_000));
  });

  it('hears of an append by events, long before the next poll', async () => {
    await writeFile(log, 'x');
    const growing = source(3_600_000);
    await growing.size();
    const changed = growing.changed(AbortSignal.timeout(30_000));
    const appending = setInterval(() => void appendFile(log, 'y'), 20);
    await changed.finally(() => clearInterval(appending));
  });

  it('hears of a file that comes later, and of the end, by polling', async () => {
    const growing = source(5);
    await growing.size();
    const changed = growing.changed(AbortSignal.timeout(30_000));
    await writeFile(log, 'x');
    await changed;
    await growing.size();
    const ended = growing.changed(AbortSignal.timeout(30_000));
    hasEnded = true;
    await ended;
  });

  it('stops waiting with the reason of the signal', async () => {
    const controller = new AbortController();
    const waiting = source(3_600_000).changed(controller.signal);
    const reason = new Error('enough');
    setImmediate(() => controller.abort(reason));
    await expect(waiting).rejects.toBe(reason);
  });

  it('is followed whole while it is written', async () => {
    const chunks = fc.sample(fc.uint8Array({ maxLength: 5000 }), 40);
    const following = collect(
      selectLog(source(), normalizeLogOptions({ Follow: true }), {
        clock: systemClock,
        signal: AbortSignal.timeout(50_000),
      }),
    );
    for (const chunk of chunks) {
      await appendFile(log, chunk);
      await new Promise(setImmediate);
    }
    hasEnded = true;
    expect((await following).equals(Buffer.concat(chunks))).toBe(true);
  });

  it('finds the tail of a log of many blocks', async () => {
    const lines = Array.from({ length: 200_000 }, (_, index) => `line ${index}\n`);
    await writeFile(log, lines.join(''));
    for (const count of [1, 999, 50_000, 199_999, 200_000, 300_000]) {
      const tail = await collect(
        selectLog(source(), normalizeLogOptions({ TailLines: count }), { clock: systemClock }),
      );
      expect(tail.toString()).toBe(lines.slice(-count).join(''));
    }
  });
});
