import type { ResolvedPod } from '@interlink/plugin-sdk';
import type { BatchPolicy } from '../contract/policy.ts';
import { checkedName } from './job-paths.ts';

const defaultBackoff = { initial: 10, maximum: 300 };

/** The runner's settings file: one `key value` a line, only numbers and checked words. */
export function formatRunnerSettings(pod: ResolvedPod, policy: BatchPolicy, jobIdVariable?: string): string {
  const backoff = policy.restartBackoffSeconds ?? defaultBackoff;
  const containers = [...pod.initContainers, ...pod.containers];
  return [
    `restart-policy ${pod.restartPolicy}`,
    `grace-seconds ${wholeSeconds(pod.terminationGracePeriodSeconds)}`,
    `deadline-seconds ${wholeSeconds(pod.activeDeadlineSeconds ?? 0)}`,
    `backoff-seconds ${wholeSeconds(backoff.initial)} ${wholeSeconds(backoff.maximum)}`,
    ...(jobIdVariable === undefined ? [] : [`job-id-variable ${jobIdVariable}`]),
    ...containers.map(({ kind, name, field }) => `container ${kind} ${checkedName(name, `${field}.name`)}`),
    '',
  ].join('\n');
}

function wholeSeconds(seconds: number): number {
  return Math.max(0, Math.ceil(seconds));
}
