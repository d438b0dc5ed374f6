import { access, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { isIPv6 } from 'node:net';
import { ConfigError } from '@interlink/runtime';
import type { CredentialsSource } from './kube-credentials.ts';
import { kubeconfigSource } from './load-kubeconfig.ts';

const serviceAccountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Where credentials are looked for. */
export interface FindCredentialsOptions {
  /** A kubeconfig file; wins over everything else. */
  readonly kubeconfigFile?: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

/** The first of: the file named, `KUBECONFIG`, the service account of the pod this runs in, `~/.kube/config`. */
export async function findCredentials({
  kubeconfigFile,
  environment,
}: FindCredentialsOptions): Promise<CredentialsSource> {
  if (kubeconfigFile !== undefined) return kubeconfigSource([kubeconfigFile], environment);
  const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  if (named.length > 0) return kubeconfigSource(named, environment);
  const host = environment['KUBERNETES_SERVICE_HOST'];
  if (host !== undefined && host !== '' && (await exists(join(serviceAccountDirectory, 'token')))) {
    return inClusterSource(host, environment['KUBERNETES_SERVICE_PORT'] ?? '443');
  }
  const ownFile = join(homedir(), '.kube', 'config');
  if (await exists(ownFile)) return kubeconfigSource([ownFile], environment);
  throw new ConfigError(
    'no Kubernetes credentials: set KUBECONFIG to a kubeconfig file, or run in a pod with a service account',
  );
}

function inClusterSource(host: string, port: string): CredentialsSource {
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  return async () => {
    const [ca, token] = await Promise.all([
      readFile(join(serviceAccountDirectory, 'ca.crt'), 'utf8'),
      readFile(join(serviceAccountDirectory, 'token'), 'utf8'),
    ]);
    return { server, tls: { ca, rejectUnauthorized: true }, headers: { authorization: `Bearer ${token.trim()}` } };
  };
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
