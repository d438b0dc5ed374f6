/** A certificate and its key for the kubelet API. */
export interface ServingCertificate {
  /** Chain in PEM, own certificate first. */
  readonly certificate: string;
  /** PEM. A secret. */
  readonly privateKey: string;
}

/** Whom the kubelet API says it is. */
export interface ServingIdentity {
  readonly nodeName: string;
  readonly ipAddresses: readonly string[];
  readonly dnsNames: readonly string[];
}

/** Name that the API server expects of a kubelet. */
export function servingCommonName(nodeName: string): string {
  return `system:node:${nodeName}`;
}
