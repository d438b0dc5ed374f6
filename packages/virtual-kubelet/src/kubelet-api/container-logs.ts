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
  await streamLog(response, await openLog(request, { pod, target }, context), signal);
}

async function openLog(
  request: LogStruct,
  { pod, target }: { pod: Pod; target: LogTarget },
  { api, signal }: LogContext,
): Promise<AsyncIterable<Uint8Array>> {
  try {
    return await api.logs(request, { signal });
  } catch (error) {
    throw explain(error, pod, target);
  }
}

function checkContainer(pod: Pod, { container, pod: name }: LogTarget): void {
  const names = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map((entry) => entry.name);
  if (!names.includes(container)) {
    throw new NotFoundError(`container ${JSON.stringify(container)} not found in pod ${JSON.stringify(name)}`);
  }
}

/**
 * A log that the backend does not have is a bad request in a kubelet's eyes, and the API server hands on the words of no other refusal. Of a container that
 * has not started the words are a kubelet's.
 */
function explain(error: unknown, pod: Pod, { container, pod: name }: LogTarget): unknown {
  if (!isInterLinkError(error) || error.code !== 'ILK_NOT_FOUND') return error;
  const statuses = [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
  const state = statuses.find((entry) => entry.name === container)?.state ?? { waiting: {} };
  if (state.waiting === undefined) return new InvalidInputError(error.message, { cause: error });
  const reason = state.waiting.reason ?? 'ContainerCreating';
  const words = `container ${JSON.stringify(container)} in pod ${JSON.stringify(name)} is waiting to start: ${reason}`;
  return new InvalidInputError(words, { cause: error });
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // An empty log.
}
