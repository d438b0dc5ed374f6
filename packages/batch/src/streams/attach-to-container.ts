import type { AttachRequest, ExitStatus } from '@interlink/spec';
import type { Engine } from '../engine/engine.ts';
import type { SessionContext } from './session-context.ts';
import { readLogs } from '../engine/read-logs.ts';
import { findContainer, type StreamTarget } from './find-target.ts';
import type { ContainerSummary } from '../directory/job-record.ts';
import { createTaskId, runOnNode } from './run-on-node.ts';
import { followSizes, ownTerminal } from './terminal-sizes.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** See `Plugin.attach`. The log is the output: standard error comes on standard output. */
export async function attachToContainer(
  engine: Engine,
  request: AttachRequest,
  { streams, signal }: SessionContext,
): Promise<ExitStatus> {
  const { namespace, podUid, podName, containerName, tty = false } = request;
  const target = findContainer(engine, podUid, containerName);
  const log = await readLogs(
    engine,
    {
      Namespace: namespace,
      PodUID: podUid,
      PodName: podName,
      ContainerName: containerName,
      Opts: { Follow: true, TailLines: 0 },
    },
    signal,
  );
  const over = new AbortController();
  const container = target.held.record.containers.find(({ name }) => name === containerName);
  // Its own terminal has lines as the caller's has them.
  const translated = tty && container?.tty !== true;
  const sizes = container?.tty === true ? streams.resize?.[Symbol.asyncIterator]() : undefined;
  void followSizes(engine, { target, sizes, id: ownTerminal, containerName }, over.signal);
  const input = sendInput(
    engine,
    { target, container, tty: translated },
    { streams, signal: AbortSignal.any([signal, over.signal]) },
  );
  try {
    const output = takeLog(log, translated ? (chunk) => streams.stdout(atLineStart(chunk)) : streams.stdout);
    await Promise.race([output, input.then(() => output)]);
    return { exitCode: 0 };
  } finally {
    over.abort();
    sizes?.return?.(undefined).catch(() => undefined);
    await input.catch(() => undefined);
  }
}

async function takeLog(log: AsyncIterable<Uint8Array>, take: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  for await (const chunk of log) await take(chunk);
}

/** A container without an input ignores what is sent to it, as on a kubelet. */
async function sendInput(
  engine: Engine,
  { target, container, tty }: { target: StreamTarget; container: ContainerSummary | undefined; tty: boolean },
  { streams, signal }: SessionContext,
): Promise<void> {
  const { stdin } = streams;
  if (stdin === undefined || container?.stdin !== true) return;
  const nothing = (): Promise<void> => Promise.resolve();
  const own = { stdin: tty ? withLineFeeds(stdin) : stdin, stdout: nothing, stderr: nothing };
  const task = { ...target, id: createTaskId(), mode: 'attach', words: [container.name] } as const;
  await runOnNode(engine, task, { streams: own, signal });
}

/** The caller's terminal is raw: its Enter sends a carriage return, and its lines begin where the last one ended. */
async function* withLineFeeds(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) yield chunk.map((byte) => (byte === carriageReturn ? lineFeed : byte));
}

function atLineStart(chunk: Uint8Array): Uint8Array {
  return Buffer.from(Buffer.from(chunk).toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
}
