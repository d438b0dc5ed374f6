import { readFile, writeFile } from 'node:fs/promises';
import type { CertificateFiles } from '../certificates/control-plane-certificates.ts';

/** Who connects where. */
export interface KubeconfigOptions {
  /** `https://host:port`. */
  readonly server: string;
  /** PEM file of the authority that signed the server's certificate. */
  readonly authorityFile: string;
  readonly user: string;
  readonly client: CertificateFiles;
}

async function base64(file: string): Promise<string> {
  return (await readFile(file)).toString('base64');
}

/** The text of a kubeconfig with all certificates inside, so that the file can be copied. */
export async function buildKubeconfig(options: KubeconfigOptions): Promise<string> {
  return `apiVersion: v1
kind: Config
clusters:
  - name: interlink-testbed
    cluster:
      server: ${options.server}
      certificate-authority-data: ${await base64(options.authorityFile)}
users:
  - name: ${options.user}
    user:
      client-certificate-data: ${await base64(options.client.certificateFile)}
      client-key-data: ${await base64(options.client.privateKeyFile)}
contexts:
  - name: interlink-testbed
    context:
      cluster: interlink-testbed
      user: ${options.user}
current-context: interlink-testbed
`;
}

/** Writes a kubeconfig that this user alone can read. */
export async function writeKubeconfig(file: string, options: KubeconfigOptions): Promise<void> {
  await writeFile(file, await buildKubeconfig(options), { mode: 0o600 });
}
