import { systemClock } from '@interlink/runtime';
import {
  isInterLinkError,
  type ContainerStatus,
  type InterLinkApi,
  type Pod,
  type PodCreateRequests,
  type PodStatus,
} from '@interlink/spec';

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

function allStatuses(status: PodStatus): readonly ContainerStatus[] {
  return [...(status.initContainers ?? []), ...(status.containers ?? [])];
}

/** The exit code of the pod: that of the first container that failed, else 0; nothing while it runs. */
export function podExitCode(pod: Pod, status: PodStatus): number | undefined {
  const statuses = allStatuses(status);
  const failedInit = (status.initContainers ?? []).find(({ state }) => (state?.terminated?.exitCode ?? 0) !== 0);
  if (failedInit !== undefined) return failedInit.state?.terminated?.exitCode;
  const main = (pod.spec?.containers ?? []).map(({ name }) => statuses.find((entry) => entry.name === name));
  if (main.some((entry) => entry?.state?.terminated === undefined)) return undefined;
  return main.map((entry) => entry?.state?.terminated?.exitCode ?? 0).find((code) => code !== 0) ?? 0;
}

async function currentStatus(options: RunPodOptions): Promise<PodStatus | undefined> {
  try {
    return (await options.api.status([options.request.pod], { signal: options.signal }))[0];
  } catch (error) {
    if (!isInterLinkError(error) || !error.retryable) throw error;
    options.onNews(error.message);
    return undefined;
  }
}

async function relayLog(options: RunPodOptions, container: string): Promise<void> {
  const { name = '', namespace = '', uid = '' } = options.request.pod.metadata ?? {};
  const request = {
    Namespace: namespace,
    PodUID: uid,
    PodName: name,
    ContainerName: container,
    Opts: { Follow: true },
  };
  for await (const chunk of await options.api.logs(request, { signal: options.signal }))
    options.onLog(container, chunk);
}

function waitingNews(status: PodStatus): string | undefined {
  const { reason, message } = status.interlink ?? {};
  return message ?? reason;
}

async function followToEnd(options: RunPodOptions, logs: Map<string, Promise<void>>): Promise<number> {
  let said: string | undefined;
  for (;;) {
    const status = await currentStatus(options);
    if (status !== undefined) {
      for (const { name, state } of allStatuses(status)) {
        const started = state?.running !== undefined || state?.terminated !== undefined;
        if (started && !logs.has(name)) logs.set(name, relayLog(options, name));
      }
      const news = waitingNews(status);
      if (news !== undefined && news !== said) options.onNews(news);
      said = news;
      const exitCode = podExitCode(options.request.pod, status);
      if (exitCode !== undefined) return exitCode;
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
  const logs = new Map<string, Promise<void>>();
  try {
    const exitCode = await followToEnd(options, logs);
    await Promise.all(logs.values());
    return exitCode;
  } finally {
    await Promise.allSettled(logs.values());
    await deletePod(api, request.pod);
  }
}

/** Whether the logs of several containers go to one place and need their names. */
export function hasSeveralContainers(pod: Pod): boolean {
  return containerNames(pod).length > 1;
}
