import type { Container } from '@interlink/spec';
import type { GroupName } from '../kit/check.ts';
import type { Breakage } from './shell-plugin.ts';

/** A plugin with one thing wrong, and the sentence of the contract that it breaks. */
export interface BrokenPlugin {
  /** What is wrong. */
  readonly what: string;
  readonly breakage: Breakage;
  /** The group that is run. */
  readonly group: GroupName;
  /** Sentences that must fail. */
  readonly fails: readonly string[];
}

/** A breakage that changes every container before it is run. */
export function changedContainers(change: (container: Container) => Container): Breakage {
  return (correct) => ({
    create: (data, options) => {
      const containers = (data.pod.spec?.containers ?? []).map(change);
      return correct.create({ ...data, pod: { ...data.pod, spec: { ...data.pod.spec, containers } } }, options);
    },
  });
}
