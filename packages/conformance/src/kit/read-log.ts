import type { CallOptions, LogOptions, LogStruct, Plugin } from '@interlink/spec';
import type { TestPod } from './pod-factory.ts';

/** Which log of a pod, and how much of it. */
export interface LogChoice {
  /** Default `main`. */
  readonly container?: string;
  readonly options?: LogOptions;
}

/** The request for a container's log. */
export function logRequest(pod: TestPod, choice: LogChoice = {}): LogStruct {
  return {
    Namespace: pod.metadata.namespace,
    PodUID: pod.metadata.uid,
    PodName: pod.metadata.name,
    ContainerName: choice.container ?? 'main',
    Opts: { Tail: 0, Bytes: 0, Timestamps: false, Follow: false, Previous: false, SinceSeconds: 0, ...choice.options },
  };
}

/** A whole log as text. */
export async function readLog(plugin: Plugin, pod: TestPod, choice: LogChoice & CallOptions = {}): Promise<string> {
  return (await readLogBytes(plugin, pod, choice)).toString('utf8');
}

/** A whole log. */
export async function readLogBytes(
  plugin: Plugin,
  pod: TestPod,
  choice: LogChoice & CallOptions = {},
): Promise<Buffer> {
  const call = choice.signal === undefined ? {} : { signal: choice.signal };
  return collectBytes(await plugin.logs(logRequest(pod, choice), call));
}

/** Everything of a stream as text. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  return (await collectBytes(chunks)).toString('utf8');
}

async function collectBytes(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}
