import type { ResolvedContainer } from '@interlink/plugin-sdk';
import type { Container, Pod } from '@interlink/spec';
import type { ContainerRuntime } from '../contract/container-runtime.ts';
import type { BatchPolicy } from '../contract/policy.ts';

type PodSecurity = NonNullable<NonNullable<Pod['spec']>['securityContext']>;

/** Whom a container runs as, in numbers. */
export interface ContainerUser {
  readonly uid: number;
  readonly gid: number;
  /** Besides `gid`. */
  readonly groups: readonly number[];
}

/** The user and group that a container asks for: its own wish counts before the pod's; undefined where neither has one. */
export function wishedUser(
  pod: PodSecurity | undefined,
  container: Container['securityContext'] | undefined,
): { readonly uid: number | undefined; readonly gid: number | undefined } {
  return {
    uid: container?.runAsUser ?? pod?.runAsUser,
    gid: container?.runAsGroup ?? pod?.runAsGroup,
  };
}

/**
 * Whom a container is to run as where that is not `own`, the user that runs the jobs. As a kubelet: without a wish for a group it is 0, and
 * `fsGroup` is one of its groups.
 */
export function otherUser(
  pod: PodSecurity | undefined,
  { spec }: ResolvedContainer,
  own: { readonly uid: number; readonly gid: number },
): ContainerUser | undefined {
  const { uid = own.uid, gid = 0 } = wishedUser(pod, spec.securityContext);
  const groups = [
    ...new Set([...(pod?.fsGroup === undefined ? [] : [pod.fsGroup]), ...(pod?.supplementalGroups ?? [])]),
  ];
  if (uid === own.uid && gid === own.gid && groups.length === 0) return undefined;
  return { uid, gid, groups };
}

/** Whether containers can run as whom they wish. */
export function canBecomeOthers({
  policy,
  runtime,
  host,
}: {
  readonly policy: BatchPolicy;
  readonly runtime: Pick<ContainerRuntime, 'startsAsOthers'>;
  readonly host: { readonly user: { readonly uid: number } };
}): boolean {
  return policy.runAsUser === 'honour' && runtime.startsAsOthers === true && host.user.uid === 0;
}
