import type { Pod } from '@interlink/spec';
import type { PodContext } from '../control/pod-context.ts';
import { podUid } from '../control/pod-identity.ts';
import { tellPod } from '../control/tell-pod.ts';
import type { WaitingReason } from '../status/status-context.ts';

/** Why an ephemeral container does not run, in a kubelet's words. */
export type EphemeralFailure = 'CreateContainerError' | 'CreateContainerConfigError';

/** Says in the pod why its ephemeral containers wait, and tells it once. `CreateContainerError` is final, as long as this process lives. */
export function holdBack(
  context: Pick<PodContext, 'memory' | 'events'>,
  pod: Pod,
  held: ReadonlyMap<string, string>,
  reason: EphemeralFailure,
): void {
  const { memory } = context;
  const uid = podUid(pod);
  const known = memory.heldBack.get(uid) ?? new Map<string, WaitingReason>();
  for (const [container, message] of held) {
    const before = known.get(container);
    known.set(container, { reason, message });
    if (before?.message === message) continue;
    tellPod(context, pod, { type: 'Warning', reason: 'Failed', message: `Error: ${message}`, container });
  }
  if (known.size > 0) memory.heldBack.set(uid, known);
}

/** The ephemeral containers that are not sent any more. */
export function refusedContainers({ memory }: Pick<PodContext, 'memory'>, uid: string): ReadonlySet<string> {
  const held = [...(memory.heldBack.get(uid) ?? [])];
  return new Set(held.filter(([, { reason }]) => reason === 'CreateContainerError').map(([name]) => name));
}

/** Forgets that they waited: they are on their way. */
export function release({ memory }: Pick<PodContext, 'memory'>, uid: string, names: readonly string[]): void {
  const known = memory.heldBack.get(uid);
  for (const name of names) known?.delete(name);
  if (known?.size === 0) memory.heldBack.delete(uid);
}
