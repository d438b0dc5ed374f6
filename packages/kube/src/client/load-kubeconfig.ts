import { isDeepStrictEqual } from 'node:util';
import type { KubeConfig } from '@kubernetes/client-node';
import { buildKubeConfig } from './build-kube-config.ts';
import type { CredentialsSource, KubeCredentials } from './kube-credentials.ts';
import { obtainCredentials } from './obtain-credentials.ts';
import { readKubeconfig, type KubeconfigDocument } from './read-kubeconfig.ts';

interface Loaded {
  readonly documents: readonly KubeconfigDocument[];
  /** Keeps what a credential program or provider gave until it expires. */
  readonly config: KubeConfig;
}

/**
 * Credentials of the current context of one or more kubeconfig files; the first file that names something wins.
 *
 * @remarks The files are read at each call. Credentials of programs and providers are kept until they expire, are refused, or a file changes.
 */
export function kubeconfigSource(files: readonly string[]): CredentialsSource {
  const source = `kubeconfig ${files.join(', ')}`;
  let kept: Loaded | undefined;
  return async ({ refused = false } = {}) => {
    const documents = await Promise.all(files.map(readKubeconfig));
    const loaded =
      kept !== undefined && !refused && isDeepStrictEqual(kept.documents, documents)
        ? kept
        : { documents, config: await buildKubeConfig(documents) };
    const credentials = await obtainCredentials(loaded.config, source);
    kept = loaded;
    return withGroups(credentials, loaded);
  };
}

/** The library impersonates a user, but not their groups. */
function withGroups(credentials: KubeCredentials, { documents, config }: Loaded): KubeCredentials {
  const name = config.getCurrentUser()?.name;
  const entry = documents.flatMap(({ users }) => users).find((user) => user.name === name);
  const groups = entry?.user?.['as-groups'];
  if (groups === undefined || credentials.headers['impersonate-user'] === undefined) return credentials;
  return { ...credentials, headers: { ...credentials.headers, 'impersonate-group': groups } };
}
