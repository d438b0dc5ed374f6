/** A kubeconfig file, as far as interLink reads it. */
export interface KubeconfigFile {
  readonly clusters?: readonly { readonly name: string; readonly cluster?: KubeconfigCluster }[] | null;
  readonly users?: readonly { readonly name: string; readonly user?: KubeconfigUser }[] | null;
  readonly contexts?: readonly { readonly name: string; readonly context?: KubeconfigContext }[] | null;
  readonly 'current-context'?: string;
}

/** A cluster of a kubeconfig. */
export interface KubeconfigCluster {
  readonly server?: string;
  readonly 'certificate-authority'?: string;
  readonly 'certificate-authority-data'?: string;
  readonly 'insecure-skip-tls-verify'?: boolean;
  readonly 'tls-server-name'?: string;
  readonly 'proxy-url'?: string;
}

/** Which user talks to which cluster. */
export interface KubeconfigContext {
  readonly cluster?: string;
  readonly user?: string;
}

/** A user of a kubeconfig; several ways to prove who they are. */
export interface KubeconfigUser {
  readonly 'client-certificate'?: string;
  readonly 'client-certificate-data'?: string;
  readonly 'client-key'?: string;
  readonly 'client-key-data'?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
  readonly as?: string;
  readonly 'as-groups'?: readonly string[];
  readonly exec?: KubeconfigExec;
  readonly 'auth-provider'?: Readonly<Record<string, unknown>>;
}

/** A program that prints an ExecCredential. */
export interface KubeconfigExec {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly provideClusterInfo?: boolean;
}
