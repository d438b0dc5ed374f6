import { NotFoundError, type CallOptions, type InterLinkApi, type Pod } from '@interlink/spec';
import { allStatuses } from './pod-exit-code.ts';
import { runNumber } from './run-number.ts';

/** One run of one container. */
export interface ContainerRun {
  readonly pod: Pod;
  readonly container: string;
  /** From 0. */
  readonly run: number;
}

async function latestRun(api: InterLinkApi, { pod, container }: ContainerRun, options: CallOptions): Promise<number> {
  const [status] = await api.status([pod], options);
  const found = status === undefined ? undefined : allStatuses(status).find(({ name }) => name === container);
  return found === undefined ? -1 : runNumber(found);
}

function logRequest({ pod, container }: ContainerRun, isLatest: boolean) {
  const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
  const Opts = isLatest ? { Follow: true } : { Previous: true };
  return { Namespace: namespace, PodUID: uid, PodName: name, ContainerName: container, Opts };
}

async function discard(log: AsyncIterable<Uint8Array>): Promise<void> {
  await log[Symbol.asyncIterator]().return?.();
}

/**
 * The log of exactly one run. The wire knows the current and the previous run only, and a container may be restarted between a
 * status and the log that is asked for next; so the status is asked again before the log is read.
 */
export async function openRunLog(
  api: InterLinkApi,
  wanted: ContainerRun,
  options: CallOptions,
): Promise<AsyncIterable<Uint8Array>> {
  for (;;) {
    const before = await latestRun(api, wanted, options);
    if (before > wanted.run + 1)
      throw new NotFoundError(`run ${wanted.run} was followed by ${before - wanted.run} more`);
    const log = await api.logs(logRequest(wanted, before === wanted.run), options);
    if ((await latestRun(api, wanted, options)) === before) return log;
    await discard(log);
  }
}
