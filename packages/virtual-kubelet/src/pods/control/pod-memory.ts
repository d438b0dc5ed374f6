import type { CreateStruct, PodStatus } from '@interlink/spec';
import type { WaitingReason } from '../status/status-context.ts';
import { immutableVersion, type SentState } from '../updates/sent-state.ts';
import type { AgeKind, Sighting } from './steady-age.ts';

/** An answer about a pod that waits to be taken over; without a status, the backend was asked and said nothing. */
export interface RemoteAnswer {
  readonly status?: PodStatus;
}

/**
 * What this process knows of pods beyond their objects. Everything in it can be lost: after a restart it is found out again, at the price of
 * a repeated call that changes nothing. It is empty for a plain pod at rest.
 */
export interface PodMemory {
  /** The latest answer about a pod, by UID. */
  readonly answers: Map<string, RemoteAnswer>;
  /** Pods without a job id that the backend may nevertheless have. */
  readonly attempted: Set<string>;
  /** Pods that the backend took, until the job id is written into them. */
  readonly created: Map<string, CreateStruct>;
  /** Creates that failed in a way that may be a refusal. */
  readonly refusals: Map<string, number>;
  /** Who waits for the first answer about a pod. */
  readonly awaited: Map<string, () => void>;
  /** Creates under way. */
  readonly creating: Map<string, AbortController>;
  /** Pods whose deletion the backend accepted, and when, by the clock that never jumps. */
  readonly deleting: Map<string, number>;
  /** Pods that were removed from the API server with the backend's confirmation. */
  readonly removed: Set<string>;
  /** Since when the backend is silent about a pod, by the clock that never jumps. */
  readonly silentSince: Map<string, number>;
  /** How old times in a pod were when they were seen first. */
  readonly sightings: Map<string, Map<AgeKind, Sighting>>;
  /** Pods of which it was told that they are in work. */
  readonly accepted: Set<string>;
  /** What was told last of a pod's failing probes. */
  readonly alarms: Map<string, string>;
  /** What a pod was sent last, where that can change. */
  readonly sent: Map<string, SentState>;
  /** Ephemeral containers that the backend has not got, and why, by pod and container. */
  readonly heldBack: Map<string, Map<string, WaitingReason>>;
  /** What was warned of once for all pods. */
  readonly warned: Set<string>;
  /** Versions of ConfigMaps and Secrets by path, as they were seen last; empty for one that was not there. */
  readonly versions: Map<string, string>;
  /** Notes what a pod was sent: the versions in it were seen. */
  remember(uid: string, sent: SentState): void;
  /** Forgets a pod that is no more. */
  forget(uid: string): void;
}

/** An empty memory. */
export function createPodMemory(): PodMemory {
  const memory = {
    answers: new Map<string, RemoteAnswer>(),
    attempted: new Set<string>(),
    created: new Map<string, CreateStruct>(),
    refusals: new Map<string, number>(),
    awaited: new Map<string, () => void>(),
    creating: new Map<string, AbortController>(),
    deleting: new Map<string, number>(),
    removed: new Set<string>(),
    silentSince: new Map<string, number>(),
    sightings: new Map<string, Map<AgeKind, Sighting>>(),
    accepted: new Set<string>(),
    alarms: new Map<string, string>(),
    sent: new Map<string, SentState>(),
    heldBack: new Map<string, Map<string, WaitingReason>>(),
    warned: new Set<string>(),
  };
  const versions = new Map<string, string>();
  return {
    ...memory,
    versions,
    remember(uid, sent) {
      memory.sent.set(uid, sent);
      for (const [path, version] of sent.versions) if (version !== immutableVersion) versions.set(path, version);
    },
    forget(uid) {
      for (const part of Object.values(memory)) part.delete(uid);
    },
  };
}
