/** What the configuration of a registry depends on. */
export interface RegistryFacts {
  readonly port: number;
  readonly storageDirectory: string;
  /** Who may use it; undefined for everybody. */
  readonly passwordFile: string | undefined;
  readonly tls: { readonly certificateFile: string; readonly privateKeyFile: string } | undefined;
}

/** The configuration file of docker-registry, in JSON, which is YAML. */
export function buildRegistryConfiguration({ port, storageDirectory, passwordFile, tls }: RegistryFacts): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: false } },
    storage: { filesystem: { rootdirectory: storageDirectory }, delete: { enabled: true } },
    http: {
      addr: `127.0.0.1:${port}`,
      ...(tls && { tls: { certificate: tls.certificateFile, key: tls.privateKeyFile } }),
    },
    ...(passwordFile !== undefined && { auth: { htpasswd: { realm: 'testbed', path: passwordFile } } }),
  });
}
