import { dirname } from 'node:path';
import { InvalidInputError } from '@interlink/spec';
import type { Cluster, KubeConfig } from '@kubernetes/client-node';
import { completeUser, type KubeconfigDocument } from './read-kubeconfig.ts';

/** An empty configuration. The library is loaded here, when it is needed: it takes half a second and some 50 MB. */
export async function emptyKubeConfig(): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  return new KubeConfig();
}

/**
 * The files as one configuration. The first file that names something wins, as for kubectl.
 *
 * @throws InvalidInputError that names the files when the current context leads to no cluster.
 */
export async function buildKubeConfig(documents: readonly KubeconfigDocument[]): Promise<KubeConfig> {
  const config = await emptyKubeConfig();
  for (const document of documents) addMissing(config, await loadDocument(document));
  checkContext(config, documents.map(({ file }) => file).join(', '));
  return config;
}

async function loadDocument({ file, ...content }: KubeconfigDocument): Promise<KubeConfig> {
  const users = content.users.map((entry) => ({ ...entry, user: completeUser(entry.user ?? {}, file) }));
  const config = await emptyKubeConfig();
  // An incomplete entry that nobody asks for does no harm; kubectl does not mind it either.
  config.loadFromString(JSON.stringify({ ...content, users }), { onInvalidEntry: 'filter' });
  config.makePathsAbsolute(dirname(file));
  // The library takes a server without TLS only from who gives up verification, which means nothing there.
  config.clusters = config.clusters.map((cluster) =>
    isLocalPlain(cluster.server) ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  return config;
}

/** In place of the library's `mergeConfig`, which throws on a name used twice, and where the last file's current context wins. */
function addMissing(config: KubeConfig, other: KubeConfig): void {
  for (const cluster of other.clusters) if (config.getCluster(cluster.name) === null) config.addCluster(cluster);
  for (const user of other.users) if (config.getUser(user.name) === null) config.addUser(user);
  for (const context of other.contexts) if (config.getContextObject(context.name) === null) config.addContext(context);
  config.currentContext ||= other.currentContext;
}

function checkContext(config: KubeConfig, files: string): void {
  const name = config.getCurrentContext();
  if (!name)
    throw new InvalidInputError(`kubeconfig ${files}: current-context is not set`, { field: 'current-context' });
  if (config.getContextObject(name) === null)
    throw new InvalidInputError(`kubeconfig ${files}: no context ${name} with a cluster`, { field: 'contexts' });
  const cluster = config.getCurrentCluster();
  if (cluster === null)
    throw new InvalidInputError(`kubeconfig ${files}: no cluster with a server for context ${name}`, {
      field: 'clusters',
    });
  checkServer(cluster, files);
  // Without a user the library leaves out the cluster's CA too.
  if (config.getCurrentUser() === null) config.loadFromClusterAndUser(cluster, { name: 'anonymous' });
}

function checkServer({ server, skipTLSVerify, proxyUrl }: Cluster, files: string): void {
  if (proxyUrl !== undefined && !URL.canParse(proxyUrl))
    throw new InvalidInputError(`kubeconfig ${files}: the proxy-url of the cluster is no URL`, {
      field: 'clusters[].cluster.proxy-url',
    });
  const field = 'clusters[].cluster.server';
  // `localhost:6443` is a URL too, of the scheme `localhost:`.
  const protocol = URL.canParse(server) ? new URL(server).protocol : undefined;
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new InvalidInputError(`kubeconfig ${files}: the server of the cluster is no http or https URL`, { field });
  if (protocol === 'http:' && !skipTLSVerify)
    throw new InvalidInputError(
      `kubeconfig ${files}: a server without TLS on another machine is used only with insecure-skip-tls-verify: true`,
      { field },
    );
}

/** Where `kubectl proxy` listens: what goes there in clear does not leave this machine. */
function isLocalPlain(server: string): boolean {
  return /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?(\/|$)/.test(server);
}
