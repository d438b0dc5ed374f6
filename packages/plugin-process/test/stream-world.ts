import { readdir, readFile } from 'node:fs/promises';
import type { ExecRequest, ExitStatus, Plugin, Pod, StreamSession } from '@interlink/spec';
import { dataOf, statusOf, until } from './world.ts';

/** A pod whose containers run. */
export async function startPod(plugin: Plugin, pod: Pod): Promise<Pod> {
  await plugin.create(dataOf(pod));
  await until(
    () => statusOf(plugin, pod),
    ({ containers }) => containers?.every(({ state }) => state?.running !== undefined) === true,
  );
  return pod;
}

/** What names a container in a request. */
export function containerOf(pod: Pod, containerName = 'main'): Omit<ExecRequest, 'command'> {
  const { namespace = '', uid = '', name = '' } = pod.metadata ?? {};
  return { namespace, podUid: uid, podName: name, containerName };
}

/** The caller's end of a session; what it got so far. */
export interface Recorded extends StreamSession {
  readonly got: { stdout: string; stderr: string };
}

/** Streams that keep what comes, as latin1. */
export function record(input: Pick<StreamSession, 'stdin' | 'resize'> = {}): Recorded {
  const got = { stdout: '', stderr: '' };
  const add = (name: 'stdout' | 'stderr') => (chunk: Uint8Array) => {
    got[name] += Buffer.from(chunk).toString('latin1');
    return Promise.resolve();
  };
  return { ...input, got, stdout: add('stdout'), stderr: add('stderr') };
}

/** An input that is fed by hand; never read to its end unless it is ended. */
export interface HandFed<T> extends AsyncIterable<T> {
  put(item: T): void;
  end(): void;
  fail(error: Error): void;
}

/** An empty {@link HandFed}. */
export function handFed<T>(): HandFed<T> {
  const items: T[] = [];
  let over: { readonly error?: Error } | undefined;
  let wake = (): void => undefined;
  const change = (what: () => void): void => {
    what();
    wake();
  };
  return {
    put: (item) => change(() => items.push(item)),
    end: () => change(() => (over = {})),
    fail: (error) => change(() => (over = { error })),
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const item = items.shift();
        if (item !== undefined) yield item;
        else if (over?.error !== undefined) throw over.error;
        else if (over !== undefined) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

/** Text as the bytes of an input, in one piece. */
export async function* bytesOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text, 'latin1'));
}

/** Runs a shell script in a container. */
export async function sh(
  plugin: Plugin,
  pod: Pod,
  script: string,
  { streams = record(), signal, tty }: { streams?: Recorded; signal?: AbortSignal; tty?: boolean } = {},
): Promise<ExitStatus & Recorded['got']> {
  const request = { ...containerOf(pod), command: ['sh', '-c', script], ...(tty === undefined ? {} : { tty }) };
  const status = await plugin.exec?.(request, streams, signal === undefined ? {} : { signal });
  if (status === undefined) throw new Error('the plugin has no exec');
  return { ...status, ...streams.got };
}

/** Processes with the word among their arguments. */
export async function processesWith(word: string): Promise<string[]> {
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(ids.map((id) => readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')));
  return commands.filter((command) => command.split('\0').includes(word));
}

/** Resolves once no process has the word. */
export async function untilNoProcess(word: string): Promise<void> {
  await until(
    () => processesWith(word),
    (found) => found.length === 0,
  );
}
