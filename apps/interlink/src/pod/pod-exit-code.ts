import type { ContainerStatus, Pod, PodStatus } from '@interlink/spec';

/** The statuses of all containers, in the order in which they run. */
export function allStatuses(status: PodStatus): readonly ContainerStatus[] {
  return [...(status.initContainers ?? []), ...(status.containers ?? [])];
}

function exitCodeOf(status: ContainerStatus | undefined): number | undefined {
  return status?.state?.terminated?.exitCode;
}

/** The init containers that must succeed; a sidecar runs beside the others, and its end says nothing of the pod. */
function initStatuses(pod: Pod, status: PodStatus): readonly ContainerStatus[] {
  const sidecars = (pod.spec?.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === 'Always');
  const names = new Set(sidecars.map(({ name }) => name));
  return (status.initContainers ?? []).filter(({ name }) => !names.has(name));
}

/** Whether an end may be followed by a restart: a peer that says when a job has ended has not said so yet. */
function mayRestart(pod: Pod, { interlink }: PodStatus, exitCode: number): boolean {
  const { restartPolicy } = pod.spec ?? {};
  const isRestarted = restartPolicy === 'Always' || (restartPolicy === 'OnFailure' && exitCode !== 0);
  return isRestarted && interlink?.jobState !== undefined && interlink.jobState !== 'ended';
}

/** The exit code of the pod: that of the first container that failed, else 0; nothing while it runs. */
export function podExitCode(pod: Pod, status: PodStatus): number | undefined {
  const exitCode = recordedExitCode(pod, status);
  return exitCode === undefined || mayRestart(pod, status, exitCode) ? undefined : exitCode;
}

function recordedExitCode(pod: Pod, status: PodStatus): number | undefined {
  const failedInit = initStatuses(pod, status)
    .map(exitCodeOf)
    .find((code) => code !== undefined && code !== 0);
  if (failedInit !== undefined) return failedInit;
  const found = (pod.spec?.containers ?? []).map(({ name }) =>
    status.containers?.find((container) => container.name === name),
  );
  const codes = found.map(exitCodeOf);
  if (codes.includes(undefined)) return undefined;
  return codes.find((code) => code !== 0) ?? 0;
}
