import type { Clock } from '@interlink/runtime';
import type { Pod } from '@interlink/spec';
import type { PodContext } from './pod-context.ts';
import { podUid } from './pod-identity.ts';

/** What of a pod has an age. */
export type AgeKind = 'doubt' | 'deletion' | 'start' | 'handover';

/** When a time was seen first, and how old it was then. */
export interface Sighting {
  readonly time: string;
  readonly ageMilliseconds: number;
  /** By the clock that never jumps. */
  readonly seenAt: number;
}

/**
 * Notes that the backend gets a pod now: nothing of it can have started before, however the clock of its machine differs from this one's. For pods with a
 * deadline; others have no use for it.
 */
export function noteHandover({ memory, clock }: Pick<PodContext, 'memory' | 'clock'>, pod: Pod): void {
  if (pod.spec?.activeDeadlineSeconds === undefined) return;
  const sightings = memory.sightings.get(podUid(pod)) ?? new Map<AgeKind, Sighting>();
  sightings.set('handover', { time: '', ageMilliseconds: 0, seenAt: clock.monotonic() });
  memory.sightings.set(podUid(pod), sightings);
}

/** Notes that somebody deletes a pod now, as far as this process saw it before: the clocks of the cluster and of this machine need not agree. */
export function noteDeletion({ memory, clock }: Pick<PodContext, 'memory' | 'clock'>, pod: Pod): void {
  const time = pod.metadata?.deletionTimestamp;
  if (time == null) return;
  const sightings = memory.sightings.get(podUid(pod)) ?? new Map<AgeKind, Sighting>();
  sightings.set('deletion', { time, ageMilliseconds: 0, seenAt: clock.monotonic() });
  memory.sightings.set(podUid(pod), sightings);
}

function longestAge(
  sightings: ReadonlyMap<AgeKind, Sighting>,
  { kind, clock }: { readonly kind: AgeKind; readonly clock: Clock },
): number {
  const handover = kind === 'start' ? sightings.get('handover') : undefined;
  return handover === undefined ? Infinity : clock.monotonic() - handover.seenAt;
}

/**
 * Seconds since a time that is written in a pod. The machine's clock is believed once, when this process sees the time first; from then on the age grows with the
 * clock that never jumps. So a clock that is set by days makes no pod lost, overdue or given up, and a restart forgets nothing. 0 for a time that is none.
 */
export function steadyAgeSeconds(
  { memory, clock }: Pick<PodContext, 'memory' | 'clock'>,
  pod: Pod,
  { kind, time }: { readonly kind: AgeKind; readonly time: string },
): number {
  const uid = podUid(pod);
  const sightings = memory.sightings.get(uid) ?? new Map<AgeKind, Sighting>();
  const known = sightings.get(kind);
  if (known?.time === time) return (known.ageMilliseconds + clock.monotonic() - known.seenAt) / 1000;
  const written = Date.parse(time);
  if (Number.isNaN(written)) return 0;
  const ageMilliseconds = Math.max(0, Math.min(clock.now() - written, longestAge(sightings, { kind, clock })));
  sightings.set(kind, { time, ageMilliseconds, seenAt: clock.monotonic() });
  memory.sightings.set(uid, sightings);
  return ageMilliseconds / 1000;
}
