import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { normalizeLogOptions, selectLog } from '@interlink/plugin-sdk';
import {
  ConflictError,
  NotFoundError,
  UnavailableError,
  UnsupportedError,
  type CallOptions,
  type Plugin,
  type StreamSession,
} from '@interlink/spec';
import { killGroup, type RunningContainer, type ShellPod } from './shell-pod.ts';

type Streaming = Required<Pick<Plugin, 'exec' | 'attach' | 'portForward'>>;

const signalNumbers: Readonly<Record<string, number>> = { SIGKILL: 9, SIGTERM: 15 };

/** The streaming methods of a plugin whose containers are shell processes. */
export function shellStreams(pods: ReadonlyMap<string, ShellPod>): Streaming {
  return {
    exec: async ({ podUid, containerName, command, tty }, streams, { signal } = {}) => {
      signal?.throwIfAborted();
      const { pod, container } = find(pods, podUid, containerName);
      if (tty === true) throw new UnsupportedError('there is no terminal', { field: 'tty' });
      const [program = '', ...args] = command;
      const child = spawn(program, args, { env: container.environment, cwd: container.directory, detached: true });
      pod.join(child);
      return { exitCode: await attended(child, streams, signal) };
    },
    attach: async ({ podUid, containerName }, streams, { signal } = {}) => {
      signal?.throwIfAborted();
      const { pod, container } = find(pods, podUid, containerName);
      const ends = signal === undefined ? {} : { signal };
      const options = normalizeLogOptions({ Follow: true, TailLines: 0 });
      const log = selectLog(pod.log(containerName) as never, options, { clock: Date, ...ends });
      if (streams.stdin !== undefined && container.stdin !== undefined) {
        void copyIn(streams.stdin, container.stdin, container.isOnce).catch(() => undefined);
      }
      for await (const chunk of log) await streams.stdout(chunk);
      return { exitCode: 0 };
    },
    portForward: async ({ podUid, port }, streams, { signal } = {}) => {
      signal?.throwIfAborted();
      find(pods, podUid, 'main');
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      await once(socket, 'connect').catch((error: unknown) => {
        throw new UnavailableError(`nothing listens on port ${port}`, { cause: error });
      });
      const abort = (): unknown => socket.destroy();
      signal?.addEventListener('abort', abort, { once: true });
      try {
        if (streams.stdin !== undefined) void copyIn(streams.stdin, socket, true).catch(() => undefined);
        await copyOut(socket, streams.stdout);
      } finally {
        signal?.removeEventListener('abort', abort);
        signal?.throwIfAborted();
      }
    },
  };
}

function find(
  pods: ReadonlyMap<string, ShellPod>,
  uid: string,
  name: string,
): { pod: ShellPod; container: RunningContainer } {
  const pod = pods.get(uid);
  if (pod?.log(name) === undefined) throw new NotFoundError('no such pod or container');
  const container = pod.running(name);
  if (container === undefined) throw new ConflictError('the container is not running');
  return { pod, container };
}

async function attended(
  child: ChildProcess & { stdin: Writable | null; stdout: Readable | null; stderr: Readable | null },
  { stdin, stdout, stderr }: StreamSession,
  signal: CallOptions['signal'],
): Promise<number> {
  const abort = (): void => killGroup(child);
  signal?.addEventListener('abort', abort, { once: true });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  child.stdin?.on('error', () => undefined);
  if (stdin === undefined) child.stdin?.end();
  else void copyIn(stdin, child.stdin as Writable, true).catch(abort);
  await Promise.all([copyOut(child.stdout as Readable, stdout), copyOut(child.stderr as Readable, stderr)]);
  const [code, name] = await exited;
  signal?.throwIfAborted();
  return code ?? 128 + (signalNumbers[name ?? ''] ?? 0);
}

async function copyIn(source: AsyncIterable<Uint8Array>, sink: Writable, ends: boolean): Promise<void> {
  for await (const chunk of source) {
    const wrote = await new Promise((resolve) =>
      sink.write(chunk, (error) => resolve(error === null || error === undefined)),
    );
    if (wrote === false) return;
  }
  if (ends) sink.end();
}

async function copyOut(source: Readable, take: (chunk: Uint8Array) => Promise<void>): Promise<void> {
  try {
    for await (const chunk of source as AsyncIterable<Uint8Array>) await take(chunk);
  } catch (error) {
    // Destroyed by the signal, whose reason says more.
    if (!source.destroyed) throw error;
  }
}
