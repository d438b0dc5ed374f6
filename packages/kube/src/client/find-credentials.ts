import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { ConfigError } from '@interlink/runtime';
import { emptyKubeConfig } from './build-kube-config.ts';
import type { CredentialsSource } from './kube-credentials.ts';
import { kubeconfigSource } from './load-kubeconfig.ts';
import { obtainCredentials } from './obtain-credentials.ts';

const serviceAccountDirectory = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Where credentials are looked for. */
export interface FindCredentialsOptions {
  /** A kubeconfig file; wins over everything else. */
  readonly kubeconfigFile?: string | undefined;
  /** Gives `KUBECONFIG` and tells a pod from another place; credential programs run in the environment of the process. */
  readonly environment: NodeJS.ProcessEnv;
}

/** The first of: the file named, `KUBECONFIG`, the service account of the pod this runs in, `~/.kube/config`. */
export async function findCredentials({
  kubeconfigFile,
  environment,
}: FindCredentialsOptions): Promise<CredentialsSource> {
  if (kubeconfigFile !== undefined) return kubeconfigSource([kubeconfigFile]);
  const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  if (named.length > 0) return kubeconfigSource(named);
  const host = environment['KUBERNETES_SERVICE_HOST'];
  if (host !== undefined && host !== '' && (await exists(join(serviceAccountDirectory, 'token')))) {
    return serviceAccountSource();
  }
  const ownFile = join(homedir(), '.kube', 'config');
  if (await exists(ownFile)) return kubeconfigSource([ownFile]);
  throw new ConfigError(
    'no Kubernetes credentials: set KUBECONFIG to a kubeconfig file, or run in a pod with a service account',
  );
}

/**
 * Credentials of the service account of the pod this runs in, at the address that `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT` of the process give.
 *
 * @param pathPrefix - Stands before the paths of the files; for tests.
 */
export function serviceAccountSource(pathPrefix = ''): CredentialsSource {
  return async () => {
    const config = await emptyKubeConfig();
    config.loadFromCluster(pathPrefix);
    return await obtainCredentials(config, 'service account of the pod');
  };
}

async function exists(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
