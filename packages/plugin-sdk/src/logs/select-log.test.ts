import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryLog, type MemoryLog } from './__fixtures__/memory-log.ts';
import { formatLogTime } from './format-log-time.ts';
import { longestHeldLineBytes } from './line-stamper.ts';
import type { NormalLogOptions } from './normalize-log-options.ts';
import { selectLog } from './select-log.ts';

const epoch = Date.UTC(2026, 0, 2, 15, 4, 5);
const now = epoch + 1_000_000;
const clock = { now: () => now };
const plain: NormalLogOptions = { timestamps: false, follow: false, previous: false };

type Append = readonly [bytes: Uint8Array | string, time: number];

function logOf(appends: readonly Append[], readBytes?: number): MemoryLog {
  const log = createMemoryLog(readBytes);
  for (const [bytes, time] of appends) log.append(bytes, time);
  log.end();
  return log;
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString('latin1');
}

const select = (log: MemoryLog, options: Partial<NormalLogOptions>) =>
  collect(selectLog(log, { ...plain, ...options }, { clock }));

const stampOf = (time: number) => `${formatLogTime(time)} `;

describe('selectLog', () => {
  const second = 1000;
  const appends: Append[] = [
    ['one\ntw', epoch],
    ['o\nthree\n', epoch + 10 * second],
    ['\nfi', epoch + 20 * second],
    ['ve', epoch + 30 * second],
  ];
  const [t0, t10, t20, t30] = [0, 10, 20, 30].map((seconds) => stampOf(epoch + seconds * second)) as [
    string,
    string,
    string,
    string,
  ];
  const outcomes: [what: string, options: Partial<NormalLogOptions>, text: string][] = [
    ['everything', {}, 'one\ntwo\nthree\n\nfive'],
    ['no line', { tailLines: 0 }, ''],
    ['the last line, unfinished', { tailLines: 1 }, 'five'],
    ['the last lines, an empty one among them', { tailLines: 3 }, 'three\n\nfive'],
    ['as many lines as there are', { tailLines: 5 }, 'one\ntwo\nthree\n\nfive'],
    ['more lines than there are', { tailLines: 500 }, 'one\ntwo\nthree\n\nfive'],
    ['the first bytes', { limitBytes: 5 }, 'one\nt'],
    ['the first bytes of the last lines', { tailLines: 3, limitBytes: 4 }, 'thre'],
    ['more bytes than there are', { limitBytes: 1000 }, 'one\ntwo\nthree\n\nfive'],
    ['lines from the moment on', { sinceTimeMilliseconds: epoch + 20 * second }, '\nfive'],
    ['a line that was finished since', { sinceTimeMilliseconds: epoch + 1 }, 'two\nthree\n\nfive'],
    ['an unfinished line that grew since', { sinceTimeMilliseconds: epoch + 25 * second }, 'five'],
    ['nothing since then', { sinceTimeMilliseconds: epoch + 31 * second }, ''],
    ['lines of the last seconds', { sinceSeconds: 980 }, '\nfive'],
    ['the later of two times', { sinceSeconds: 5000, sinceTimeMilliseconds: epoch + 20 * second }, '\nfive'],
    ['the last lines of those since', { sinceTimeMilliseconds: epoch + 1, tailLines: 3 }, 'three\n\nfive'],
    ['at most the lines since', { sinceTimeMilliseconds: epoch + 20 * second, tailLines: 4 }, '\nfive'],
    ['times', { timestamps: true }, `${t0}one\n${t10}two\n${t10}three\n${t20}\n${t30}five`],
    ['times in the last lines', { timestamps: true, tailLines: 2 }, `${t20}\n${t30}five`],
    ['first bytes with their times', { timestamps: true, limitBytes: 33 }, `${t0}on`],
  ];
  it.each(outcomes)('gives %s', async (_, options, text) => {
    expect(await select(logOf(appends), options)).toBe(text);
  });

  it.each(outcomes)('gives %s when following a log that has ended', async (_, options, text) => {
    expect(await select(logOf(appends), { ...options, follow: true })).toBe(text);
  });

  it('gives nothing of an empty log', async () => {
    for (const options of [{}, { timestamps: true }, { tailLines: 3 }, { sinceSeconds: 1 }, { follow: true }]) {
      expect(await select(logOf([]), options)).toBe('');
    }
  });

  it('writes times as a kubelet does', () => {
    expect(formatLogTime(epoch)).toBe('2026-01-02T15:04:05.000000000Z');
    expect(formatLogTime(epoch + 0.001)).toBe('2026-01-02T15:04:05.000001000Z');
    expect(formatLogTime(epoch - 0.001)).toBe('2026-01-02T15:04:04.999999000Z');
  });

  it('stamps a very long line once, with the time at which its first 16 KiB were there', async () => {
    const appended: Append[] = [
      ['x'.repeat(longestHeldLineBytes - 1), epoch],
      ['y', epoch + 1],
      ['z', epoch + 2],
      [`${'w'.repeat(longestHeldLineBytes)}\nshort\n`, epoch + 3],
    ];
    const body = appended.map(([text]) => text as string).join('');
    const expected = `${stampOf(epoch + 1)}${body.replace('\n', `\n${stampOf(epoch + 3)}`)}`;
    for (const readBytes of [1000, 16384, 1_000_000]) {
      expect(await select(logOf(appended, readBytes), { timestamps: true })).toBe(expected);
    }
  });
});

/** Random appends: bytes with many newlines, at rising times. */
const someAppends = fc.array(
  fc.tuple(
    fc.array(fc.oneof(fc.constant(10), fc.constant(10), fc.nat(255)), { maxLength: 20 }).map((bytes) => Uint8Array.from(bytes)),
    fc.nat(3),
  ),
  { maxLength: 12 },
).map((parts) => {
  let time = epoch;
  return parts.map(([bytes, later]): Append => [bytes, (time += later)]);
}); // prettier-ignore

const someOptions: fc.Arbitrary<Partial<NormalLogOptions>> = fc.record(
  {
    tailLines: fc.nat(12),
    limitBytes: fc.integer({ min: 1, max: 200 }),
    sinceTimeMilliseconds: fc.integer({ min: epoch - 1, max: epoch + 30 }),
    timestamps: fc.boolean(),
  },
  { requiredKeys: [] },
);

/** The selection, written as plainly as possible. */
function model(appends: readonly Append[], options: Partial<NormalLogOptions>): string {
  const times = appends.flatMap(([bytes, time]) => Array.from(bytes as Uint8Array, () => time));
  const text = appends.map(([bytes]) => Buffer.from(bytes as Uint8Array).toString('latin1')).join('');
  const lines: { text: string; time: number }[] = [];
  let end = 0;
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    end += line.length;
    lines.push({ text: line, time: times[end - 1]! });
  }
  const recent = lines.filter(({ time }) => time >= (options.sinceTimeMilliseconds ?? 0));
  const last = options.tailLines === undefined ? recent : recent.slice(Math.max(0, recent.length - options.tailLines));
  const stamped = last.map((line) => (options.timestamps ? stampOf(line.time) : '') + line.text).join('');
  return stamped.slice(0, options.limitBytes);
}

describe('any log', () => {
  it('is selected as the plain model says, however it is read', async () => {
    await fc.assert(
      fc.asyncProperty(
        someAppends,
        someOptions,
        fc.integer({ min: 1, max: 40 }),
        async (appends, options, readBytes) => {
          const expected = model(appends, options);
          expect(await select(logOf(appends, readBytes), options)).toBe(expected);
          expect(await select(logOf(appends, readBytes), { ...options, follow: true })).toBe(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('that grows at the worst moments while it is followed comes whole, once and in order', async () => {
    const run = async (
      appends: readonly Append[],
      steps: readonly number[],
      timestamps: boolean,
      readBytes: number,
    ) => {
      const expected = model(appends, { timestamps });
      expect(await select(growingLog(appends, steps, readBytes), { follow: true, timestamps })).toBe(expected);
    };
    const someSteps = fc.array(fc.nat(3), { minLength: 1 }).filter((steps) => steps.some((count) => count > 0));
    await fc.assert(fc.asyncProperty(someAppends, someSteps, fc.boolean(), fc.integer({ min: 1, max: 40 }), run), {
      numRuns: 500,
    });
  });
});

/** A log that is written between the calls of its reader: after each call as many steps as the script says, over and over. */
function growingLog(appends: readonly Append[], script: readonly number[], readBytes: number): MemoryLog {
  const log = createMemoryLog(readBytes);
  const writes = [...appends.map(([bytes, time]) => () => { log.append(bytes, time); }), () => { log.end(); }]; // prettier-ignore
  let calls = 0;
  const thenWrite = async <T>(answer: Promise<T>): Promise<T> => {
    const value = await answer;
    writes.splice(0, script[calls++ % script.length]).forEach((write) => { write(); }); // prettier-ignore
    return value;
  };
  return {
    ...log,
    size: () => thenWrite(log.size()),
    ended: () => thenWrite(log.ended()),
    changed: async (signal) => {
      const write = writes.shift();
      if (write) write();
      else await log.changed(signal);
    },
  };
}

describe('following', () => {
  it('starts where the tail does and goes on', async () => {
    const log = createMemoryLog();
    log.append('one\ntwo\n', epoch);
    const following = select(log, { follow: true, tailLines: 1 });
    await expect.poll(() => log.waiting).toBe(1);
    log.append('three\n', epoch);
    log.end();
    expect(await following).toBe('two\nthree\n');
  });

  it('with no line of the past gives what comes', async () => {
    const log = createMemoryLog();
    log.append('old\n', epoch);
    const following = select(log, { follow: true, tailLines: 0 });
    await expect.poll(() => log.waiting).toBe(1);
    log.append('new\n', epoch);
    log.end();
    expect(await following).toBe('new\n');
  });

  it('gives an unfinished line at once', async () => {
    const log = createMemoryLog();
    log.append('Name: ', epoch);
    const chunks = selectLog(log, { ...plain, follow: true }, { clock })[Symbol.asyncIterator]();
    expect(Buffer.from((await chunks.next()).value as Uint8Array).toString()).toBe('Name: ');
    await chunks.return?.();
  });

  it('reads nothing ahead of its consumer', async () => {
    const log = createMemoryLog(10);
    log.append('x'.repeat(1000), epoch);
    let reads = 0;
    const counted = {
      ...log,
      async *read(from: number, to: number) {
        for await (const chunk of log.read(from, to)) {
          reads += 1;
          yield chunk;
        }
      },
    };
    const chunks = selectLog(counted, { ...plain, follow: true }, { clock })[Symbol.asyncIterator]();
    await chunks.next();
    await chunks.next();
    expect(reads).toBe(2);
    await chunks.return?.();
  });

  it('asks again for what a read did not give', async () => {
    const log = logOf([['0123456789\nabc\n', epoch]]);
    const short = { ...log, read: (from: number, to: number) => log.read(from, Math.min(to, from + 3)) };
    const chunks = selectLog(short, { ...plain, follow: true, timestamps: true }, { clock });
    expect(await collect(chunks)).toBe(`${stampOf(epoch)}0123456789\n${stampOf(epoch)}abc\n`);
  });

  it('rejects with the reason of its signal while it waits', async () => {
    const log = createMemoryLog();
    const controller = new AbortController();
    const following = collect(selectLog(log, { ...plain, follow: true }, { clock, signal: controller.signal }));
    await expect.poll(() => log.waiting).toBe(1);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(following).rejects.toBe(reason);
    expect(log.waiting).toBe(0);
  });

  it('ends when its consumer leaves, waiting or not', async () => {
    const log = createMemoryLog();
    const chunks = selectLog(log, { ...plain, follow: true }, { clock })[Symbol.asyncIterator]();
    const waiting = chunks.next();
    await expect.poll(() => log.waiting).toBe(1);
    await chunks.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(log.waiting).toBe(0);
  });

  it('stops at the limit although the log goes on', async () => {
    const log = createMemoryLog();
    log.append('0123456789', epoch);
    expect(await select(log, { follow: true, limitBytes: 4 })).toBe('0123');
  });
});

it('rejects at once with an aborted signal', async () => {
  const reason = new Error('no');
  const signal = AbortSignal.abort(reason);
  await expect(collect(selectLog(logOf([['x', epoch]]), plain, { clock, signal }))).rejects.toBe(reason);
});
