import type { ResolvedContainer, ResolvedPod, ResolvedVolume } from '@interlink/plugin-sdk';
import type { JobPlan } from '../contract/scheduler.ts';

/** The pod with the variables and mounts that its scheduler gives to every container. What the pod says itself counts. */
export function withPlan(pod: ResolvedPod, { environment = [], hostMounts = [] }: JobPlan): ResolvedPod {
  const volumes = hostMounts.map(({ path, field }, index): ResolvedVolume => {
    const name = volumeName(index);
    return { name, kind: 'hostPath', field, spec: { name, hostPath: { path } } };
  });
  const extend = (container: ResolvedContainer): ResolvedContainer => {
    const variables = new Set(container.environment.map(([name]) => name));
    const targets = new Set(container.mounts.map(({ mountPath }) => mountPath));
    const mounts = hostMounts.map(({ target, readOnly }, index) => ({
      volume: volumeName(index),
      mountPath: target,
      readOnly,
    }));
    return {
      ...container,
      environment: [...environment.filter(([name]) => !variables.has(name)), ...container.environment],
      mounts: [...container.mounts, ...mounts.filter(({ mountPath }) => !targets.has(mountPath))],
    };
  };
  return {
    ...pod,
    volumes: [...pod.volumes, ...volumes],
    initContainers: pod.initContainers.map(extend),
    containers: pod.containers.map(extend),
    ephemeralContainers: pod.ephemeralContainers.map(extend),
  };
}

function volumeName(index: number): string {
  return `scheduler-mount-${index}`;
}
