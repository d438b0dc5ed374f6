import type { PodAddresses } from './pod-addresses.ts';

/** Why a container waits. */
export interface WaitingReason {
  readonly reason: string;
  readonly message?: string;
}

/** What a pod's next status is made from, besides the pod and the backend's answer. */
export interface StatusContext {
  readonly addresses: PodAddresses;
  /** See `PodSettings.lostAfterSeconds`. */
  readonly lostAfterSeconds: number;
  /** See `PodSettings.unknownLostAfterSeconds`. Default 0: never. */
  readonly unknownLostAfterSeconds?: number | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long ago a doubt about the job was written into the pod. Default: by `now`. */
  readonly doubtSeconds?: ((time: string) => number) | undefined;
  /** Why containers wait that have not started. Default: they are being created. */
  readonly waiting?: ((containerName: string) => WaitingReason | undefined) | undefined;
}
