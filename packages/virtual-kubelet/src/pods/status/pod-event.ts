/** An event of a pod, before anybody sends it. */
export interface PodEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: PodEventReason;
  readonly message: string;
  /** The container that it is about; absent: the pod. */
  readonly container?: string | undefined;
}

/** The reasons of all events that a virtual node tells of pods; a kubelet's own words where it has one for the same. */
export const podEventReasons = [
  'Accepted',
  'FailedMount',
  'FailedToRetrieveImagePullSecret',
  'ProviderUnavailable',
  'ProviderFailed',
  'JobSubmitted',
  'FieldIgnored',
  'Waiting',
  'Pulled',
  'Started',
  'Restarted',
  'Ended',
  'Failed',
  'BackOff',
  'Unhealthy',
  'UpdateFailed',
  'RemoteStateUnknown',
  'RemoteStateKnown',
  'JobLost',
  'Killing',
  'FailedKillPod',
  'JobAbandoned',
] as const;

/** One of {@link podEventReasons}. */
export type PodEventReason = (typeof podEventReasons)[number];
