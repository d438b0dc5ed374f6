import type { ServerResponse } from 'node:http';
import {
  InvalidInputError,
  isInterLinkError,
  NotFoundError,
  type InterLinkApi,
  type LogStruct,
  type Pod,
} from '@interlink/spec';
import type { PodDirectory } from '../pods/pod-directory.ts';
import { containerStatusesOf } from '../pods/status/tracked-containers.ts';
import { containerNames } from './container-names.ts';
import { parseLogQuery } from './parse-log-query.ts';
import { streamLog } from './stream-log.ts';

/** Whose log is asked for. */
export interface LogTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly query: URLSearchParams;
}

/** What {@link serveContainerLogs} needs. */
export interface LogContext {
  readonly pods: PodDirectory;
  readonly api: Pick<InterLinkApi, 'logs'>;
  readonly signal: AbortSignal;
}

/**
 * Answers `/containerLogs/{namespace}/{pod}/{container}`.
 *
 * @throws NotFoundError, InvalidInputError, and what the interLink API throws, as long as nothing was sent.
 */
export async function serveContainerLogs(
  target: LogTarget,
  context: LogContext,
  response: ServerResponse,
): Promise<void> {
  const { pods, signal } = context;
  const options = parseLogQuery(target.query);
  const pod = pods.get(target.namespace, target.pod);
  if (pod === undefined) throw new NotFoundError(`pod ${JSON.stringify(target.pod)} does not exist`);
  checkContainer(pod, target);
  // The Go API server takes 0 lines for all lines, so that question is not put to it.
  if (options.TailLines === 0 && options.Follow !== true) {
    await streamLog(response, nothing(), signal);
    return;
  }
  const request: LogStruct = {
    Namespace: target.namespace,
    PodUID: pod.metadata?.uid ?? '',
    PodName: target.pod,
    ContainerName: target.container,
    Opts: options,
  };
  const log = await openLog(request, { pod, target }, context);
  await streamLog(response, options.Follow === true ? log : await startedLog(log, target, pods), signal);
}

async function openLog(
  request: LogStruct,
  { pod, target }: { pod: Pod; target: LogTarget },
  { api, signal }: LogContext,
): Promise<AsyncIterable<Uint8Array>> {
  try {
    return await api.logs(request, { signal });
  } catch (error) {
    throw explain(error, pod, { ...target, previous: request.Opts?.Previous === true });
  }
}

/**
 * The log, unless it is empty because the container has not started: that is refused, as a kubelet does. The backend is asked first, because it
 * knows of a start before the pod's status does.
 */
async function startedLog(
  log: AsyncIterable<Uint8Array>,
  target: LogTarget,
  pods: PodDirectory,
): Promise<AsyncIterable<Uint8Array>> {
  const chunks = log[Symbol.asyncIterator]();
  let first = await chunks.next();
  while (first.done !== true && first.value.length === 0) first = await chunks.next();
  if (first.done !== true) return joined(first.value, chunks);
  const pod = pods.get(target.namespace, target.pod);
  const waiting = pod === undefined ? undefined : waitingWords(pod, target);
  if (waiting !== undefined) throw new InvalidInputError(waiting);
  return nothing();
}

async function* joined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

function checkContainer(pod: Pod, { container, pod: name }: LogTarget): void {
  if (!containerNames(pod).includes(container)) {
    throw new NotFoundError(`container ${JSON.stringify(container)} not found in pod ${JSON.stringify(name)}`);
  }
}

/**
 * A log that the backend does not have is a bad request in a kubelet's eyes, and the API server hands on the words of no other refusal. The words are a
 * kubelet's where it has some.
 */
function explain(error: unknown, pod: Pod, target: LogTarget & { readonly previous: boolean }): unknown {
  if (!isInterLinkError(error) || error.code !== 'ILK_NOT_FOUND') return error;
  const { container, pod: name } = target;
  const words = target.previous
    ? `previous terminated container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} not found`
    : (waitingWords(pod, target) ?? error.message);
  return new InvalidInputError(words, { cause: error });
}

/** What a kubelet says of a container that has not started; undefined for one that has. */
function waitingWords(pod: Pod, { container, pod: name }: LogTarget): string | undefined {
  const { state = { waiting: {} }, lastState } =
    containerStatusesOf(pod.status).find((entry) => entry.name === container) ?? {};
  if (state.waiting === undefined || lastState?.terminated !== undefined) return undefined;
  const reason = state.waiting.reason ?? 'ContainerCreating';
  return `container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ${reason}`;
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // An empty log.
}
