/** What a request to the API server needs besides its own content. Holds secrets: never log it. */
export interface KubeCredentials {
  /** Base URL without a trailing slash, e.g. `https://10.96.0.1:443`. */
  readonly server: string;
  readonly tls: KubeTlsMaterial;
  /** Authorization and impersonation headers. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** HTTP proxy of the cluster entry; the proxy variables of the environment apply where it is absent. */
  readonly proxyUrl?: string;
}

/** TLS material in PEM. */
export interface KubeTlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** Name to verify instead of the host of the server URL. */
  readonly servername?: string;
  /** False only where the kubeconfig says `insecure-skip-tls-verify`. */
  readonly rejectUnauthorized: boolean;
}

/**
 * Gives credentials; called again when they may have changed (rotated tokens and certificates).
 *
 * @remarks `refused` says that the API server did not take the last ones: what a source keeps in memory is to be had anew.
 */
export type CredentialsSource = (options?: { readonly refused?: boolean }) => Promise<KubeCredentials>;
