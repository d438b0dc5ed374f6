import { systemClock } from '@interlink/runtime';
import {
  isInterLinkError,
  NotFoundError,
  type ContainerStatus,
  type InterLinkApi,
  type Pod,
  type PodCreateRequests,
  type PodStatus,
} from '@interlink/spec';
import { openRunLog } from './open-run-log.ts';
import { allStatuses, podExitCode } from './pod-exit-code.ts';
import { runNumber } from './run-number.ts';

/** A pod that is run without a cluster. */
export interface RunPodOptions {
  readonly api: InterLinkApi;
  readonly request: PodCreateRequests;
  /** Takes what a container wrote, in the order it wrote it. */
  readonly onLog: (container: string, chunk: Uint8Array) => void;
  /** Takes a change worth a line: a waiting reason, a warning. */
  readonly onNews: (text: string) => void;
  readonly signal: AbortSignal;
}

const pollMilliseconds = 200;
const longestDeleteMilliseconds = 60_000;

function containerNames(pod: Pod): readonly string[] {
  return [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map(({ name }) => name);
}

async function relayLog(options: RunPodOptions, container: string, run: number): Promise<void> {
  const { api, request, signal } = options;
  try {
    const log = await openRunLog(api, { pod: request.pod, container, run }, { signal });
    for await (const chunk of log) options.onLog(container, chunk);
  } catch (error) {
    // A log that breaks off does not end the pod; who reads it must know.
    if (!signal.aborted) options.onNews(`the log of ${container} ends here: ${describe(error)}`);
  }
}

/** The logs of a pod: each container's is relayed from its start on. */
interface LogRelay {
  /** Begins with the containers that have started since. */
  follow(status: PodStatus): void;
  /** Resolves when every log has ended. */
  ended(): Promise<void>;
}

function createLogRelay(options: RunPodOptions): LogRelay {
  const logs = new Map<string, { run: number; ended: Promise<void> }>();
  const begin = (container: ContainerStatus): void => {
    const { name } = container;
    const latest = runNumber(container);
    let { run, ended } = logs.get(name) ?? { run: -1, ended: Promise.resolve() };
    // A short run may have passed before anybody asked.
    while (run < latest) {
      const next = (run += 1);
      ended = ended.then(() => relayLog(options, name, next));
    }
    logs.set(name, { run, ended });
  };
  return {
    follow: (status) => allStatuses(status).forEach(begin),
    async ended() {
      await Promise.all([...logs.values()].map(({ ended }) => ended));
    },
  };
}

function describe(error: unknown): string {
  return isInterLinkError(error) ? error.message : String(error);
}

/** The pod's status, or in words why it is not known now. */
async function askStatus({ api, request, signal }: RunPodOptions): Promise<PodStatus | string> {
  try {
    return (await api.status([request.pod], { signal }))[0] ?? 'the plugin says nothing of the pod';
  } catch (error) {
    if (!isInterLinkError(error) || !error.retryable) throw error;
    return error.message;
  }
}

function newsOf(status: PodStatus | string): string | undefined {
  if (typeof status === 'string') return status;
  return status.interlink?.message ?? status.interlink?.reason;
}

async function followToEnd(options: RunPodOptions, logs: LogRelay): Promise<number> {
  let said: string | undefined;
  for (;;) {
    const status = await askStatus(options);
    const news = newsOf(status);
    if (news !== undefined && news !== said) options.onNews(news);
    said = news;
    if (typeof status !== 'string') {
      logs.follow(status);
      const exitCode = podExitCode(options.request.pod, status);
      if (exitCode !== undefined) return exitCode;
      if (status.interlink?.state === 'gone') throw new NotFoundError('the plugin no longer has the pod');
    }
    await systemClock.sleep(pollMilliseconds, { signal: options.signal });
  }
}

async function deletePod(api: InterLinkApi, pod: Pod): Promise<void> {
  await api.delete(pod);
  const deadline = systemClock.now() + longestDeleteMilliseconds;
  while (systemClock.now() < deadline) {
    const [status] = await api.status([pod]);
    // A foreign plugin says nothing more of a pod that it deleted.
    if (status?.interlink === undefined || status.interlink.state === 'gone') return;
    await systemClock.sleep(pollMilliseconds);
  }
}

/** Runs a pod to its end and removes it; its exit code. An aborted signal deletes the pod and rejects with the signal's reason. */
export async function runPod(options: RunPodOptions): Promise<number> {
  const { api, request, signal } = options;
  const created = await api.create(request, { signal });
  for (const warning of created.warnings ?? []) options.onNews(warning);
  const logs = createLogRelay(options);
  try {
    const exitCode = await followToEnd(options, logs);
    await logs.ended();
    return exitCode;
  } finally {
    await deletePod(api, request.pod);
    await logs.ended();
  }
}

/** Whether the logs of several containers go to one place and need their names. */
export function hasSeveralContainers(pod: Pod): boolean {
  return containerNames(pod).length > 1;
}
