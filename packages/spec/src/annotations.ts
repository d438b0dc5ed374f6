/** Annotations of pods and nodes that the interLink core reads or writes; names as the Go components use them. */
export const annotations = {
  /** Written on a pod once the plugin took it: the job's id. Its presence means "adopt, do not create again". */
  jobId: 'JobID',
  /** Written on a pod before it is sent to a peer that did not say that a create may be repeated: the time of the first try. Extension. */
  createAttempted: 'interlink.eu/create-attempted',
  /** Written by the virtual kubelet into the pod on the wire: UID of the cluster's kube-system namespace. Extension. */
  clusterId: 'interlink.eu/cluster-id',
  /** Pod IP to report when no VPN is used. */
  podIp: 'interlink.eu/pod-ip',
  /** Comma-separated containers that are not offloaded. */
  disableOffloadContainers: 'interlink.eu/disable-offload-containers',
  /** Comma-separated init containers that are not offloaded. */
  disableOffloadInitContainers: 'interlink.eu/disable-offload-init-containers',
  /** On a node: the body of the last ping answer. */
  pingResponse: 'interlink.virtual-kubelet.io/ping-response',
} as const;
