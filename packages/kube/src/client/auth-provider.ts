/**
 * Headers of a kubeconfig user with an `auth-provider` (OIDC). The Kubernetes client library knows these; it is loaded for them alone, because loading it
 * costs 90 MB of resident memory.
 */
export async function loadAuthProviderHeaders(
  authProvider: Readonly<Record<string, unknown>>,
): Promise<Record<string, string>> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  const user = { name: 'user', authProvider };
  config.loadFromClusterAndUser({ name: 'cluster', server: 'https://localhost', skipTLSVerify: false }, user);
  const options: { headers?: Record<string, string> } = {};
  await config.applyToHTTPSOptions(options);
  const authorization = options.headers?.['Authorization'];
  return authorization === undefined ? {} : { authorization };
}
