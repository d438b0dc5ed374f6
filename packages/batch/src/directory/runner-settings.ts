import type { ResolvedContainer, ResolvedPod, VolumeContents } from '@interlink/plugin-sdk';
import { InternalError } from '@interlink/spec';
import type { ContainerActions } from '../actions/container-actions.ts';
import type { BatchPolicy } from '../contract/policy.ts';
import type { PodVolumes } from '../pod/volume-tree.ts';
import { checkedName } from './job-paths.ts';

const defaultBackoff = { initial: 10, maximum: 300 };
const defaultVolumeCheckSeconds = 10;
const defaultDeliverySeconds = 60;

/** What the runner is told of a pod as a whole. */
export interface RunnerSettings {
  readonly pod: ResolvedPod;
  readonly policy: BatchPolicy;
  readonly volumes: PodVolumes;
  /** Of the scheduler. */
  readonly jobIdVariable: string | undefined;
  /** Probes and hooks, by container. */
  readonly actions: ReadonlyMap<string, ContainerActions>;
}

/** The runner's settings file: one `key value` a line, only numbers and checked words. */
export function formatRunnerSettings({ pod, policy, volumes, jobIdVariable, actions }: RunnerSettings): string {
  const backoff = policy.restartBackoffSeconds ?? defaultBackoff;
  const containers = [...pod.initContainers, ...pod.containers];
  return [
    `restart-policy ${pod.restartPolicy}`,
    `grace-seconds ${wholeSeconds(pod.terminationGracePeriodSeconds)}`,
    `deadline-seconds ${wholeSeconds(pod.activeDeadlineSeconds ?? 0)}`,
    `backoff-seconds ${wholeSeconds(backoff.initial)} ${wholeSeconds(backoff.maximum)}`,
    ...(jobIdVariable === undefined ? [] : [`job-id-variable ${checkedVariable(jobIdVariable)}`]),
    `size-check-seconds ${Math.max(1, wholeSeconds(policy.volumeCheckSeconds ?? defaultVolumeCheckSeconds))}`,
    ...(policy.shipping ? [`shipped ${wholeSeconds(policy.shipping.deliverySeconds ?? defaultDeliverySeconds)}`] : []),
    ...[...volumes].flatMap(([name, contents]) => volumeSettings(name, contents)),
    ...containers.map(({ kind, name, field }) => `container ${kind} ${checkedName(name, `${field}.name`)}`),
    ...containers.filter(wantsLog).map(({ name }) => `message-from-log ${name}`),
    ...[...actions.values()].flatMap(({ settings }) => settings),
    '',
  ].join('\n');
}

function volumeSettings(name: string, contents: VolumeContents): string[] {
  if (contents.kind !== 'directory') return [];
  const { medium, sizeLimitBytes } = contents;
  return [
    ...(medium === 'Memory' ? [`memory-volume ${name}`] : []),
    ...(sizeLimitBytes === undefined ? [] : [`size-limit ${name} ${sizeLimitBytes}`]),
  ];
}

function wantsLog({ spec }: ResolvedContainer): boolean {
  return spec.terminationMessagePolicy === 'FallbackToLogsOnError';
}

function checkedVariable(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return name;
  throw new InternalError('jobIdVariable of the scheduler is no name of a variable');
}

function wholeSeconds(seconds: number): number {
  return Math.max(0, Math.ceil(seconds));
}
