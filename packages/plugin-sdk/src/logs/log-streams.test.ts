import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@interlink/runtime';
import type { LogOptions } from '@interlink/spec';
import { createRemotePlugin } from '../client/create-remote-plugin.ts';
import { sampleLog } from '../testing/sample-pod.ts';
import { servePlugin, type ServedPlugin } from '../testing/served-plugin.ts';
import { createFileLogSource } from './create-file-log-source.ts';
import { normalizeLogOptions } from './normalize-log-options.ts';
import { selectLog } from './select-log.ts';

const logBytes = 5_000_003;
const stamp = '2026-11-26T10:00:00.000000000Z ';
const writtenAtSeconds = Date.parse('2026-11-26T10:00:00Z') / 1000;

let directory: string;
let content: Buffer;
let served: ServedPlugin;

/** Bytes that are like no others, in lines of 0 to 2000 bytes. */
function randomLines(): Buffer {
  const bytes = randomBytes(logBytes);
  for (let at = 0; at < bytes.length; at += bytes.readUInt16LE(at % (logBytes - 2)) % 2000) {
    bytes[at] = 0x0a;
    at += 1;
  }
  return bytes;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'log-streams-'));
  content = randomLines();
  await writeFile(join(directory, 'log'), content);
  await writeFile(join(directory, 'times'), `0 ${writtenAtSeconds}\n`);
  served = await servePlugin({
    logs: ({ Opts }, { signal } = {}) => {
      const source = createFileLogSource(join(directory, 'log'), join(directory, 'times'), {
        ended: () => Promise.resolve(true),
      });
      const context = { clock: systemClock, ...(signal ? { signal } : {}) };
      return Promise.resolve(selectLog(source, normalizeLogOptions(Opts), context));
    },
  });
});
afterAll(async () => {
  await served[Symbol.asyncDispose]();
  await rm(directory, { recursive: true });
});

/** Reads a log over HTTP; slowly, or no more than some chunks of it. */
async function read(
  options: LogOptions,
  reader: { readonly slow?: boolean; readonly chunks?: number } = {},
): Promise<Buffer> {
  await using remote = createRemotePlugin({ url: served.url, logger: silentLogger });
  const chunks: Uint8Array[] = [];
  for await (const chunk of await remote.logs(sampleLog(1, options))) {
    chunks.push(chunk);
    if (chunks.length === reader.chunks) break;
    if (reader.slow) for (let turns = 0; turns < 20; turns += 1) await nextTurn();
  }
  return Buffer.concat(chunks);
}

function stamped(text: Buffer): Buffer {
  const lines = text.toString('latin1').split(/(?<=\n)/);
  return Buffer.from(lines.map((line) => stamp + line).join(''), 'latin1');
}

describe('logs of several readers at the same time, over HTTP', () => {
  it('are each the bytes of the file, whatever the others do', async () => {
    const lines = content.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
    const half = Math.floor(lines / 2);
    const [whole, slowly, withTimes, tail, , limited, again] = await Promise.all([
      read({}),
      read({}, { slow: true }),
      read({ Timestamps: true }, { slow: true }),
      read({ TailLines: half }),
      read({}, { chunks: 3 }),
      read({ Timestamps: true, LimitBytes: 1_000_000 }),
      read({ Follow: true }),
    ]);
    expect(whole.equals(content)).toBe(true);
    expect(slowly.equals(content)).toBe(true);
    expect(again.equals(content)).toBe(true);
    expect(withTimes.equals(stamped(content))).toBe(true);
    expect(limited.equals(stamped(content).subarray(0, 1_000_000))).toBe(true);
    expect(tail.equals(content.subarray(content.length - tail.length))).toBe(true);
    expect(tail.length).toBeGreaterThan(logBytes / 3);
  });
});
