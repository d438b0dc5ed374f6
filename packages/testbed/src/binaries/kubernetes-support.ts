import type { Environment } from '../cache/cache-path.ts';
import { chooseRelease } from './kubernetes-release.ts';

/** Whether the Kubernetes of the testbed has something. */
export interface KubernetesSupport {
  readonly available: boolean;
  /** Why not, in one line; else what it is. For the name of a group of tests. */
  readonly reason: string;
}

function minorOf(version: string): number {
  return Number(version.replace(/^v/, '').split('.')[1]);
}

/**
 * For tests of what came with some version, which skip with the reason in their name: `const support = kubernetesSupport('1.36', 'WebSockets to a
 * kubelet'); describe.skipIf(!support.available)(support.reason, …)`. It is the version that decides, never what a test sees.
 */
export function kubernetesSupport(
  since: `1.${number}`,
  what: string,
  environment: Environment = process.env,
): KubernetesSupport {
  const { version } = chooseRelease(environment);
  const available = minorOf(version) >= minorOf(since);
  return { available, reason: available ? what : `Kubernetes ${version} has no ${what}: they came with ${since}` };
}
