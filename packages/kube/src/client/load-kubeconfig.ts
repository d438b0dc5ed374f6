import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { readYamlFile } from '@interlink/runtime';
import { InvalidInputError } from '@interlink/spec';
import type { CredentialsSource, KubeCredentials, KubeTlsMaterial } from './kube-credentials.ts';
import type { KubeconfigCluster, KubeconfigFile, KubeconfigUser } from './kubeconfig-types.ts';
import { runExecCredential, type ExecCredential } from './run-exec-credential.ts';
import { loadAuthProviderHeaders } from './auth-provider.ts';

interface Located<T> {
  readonly value: T;
  /** The file it stands in: relative paths in it are relative to its directory. */
  readonly file: string;
}

/** Credentials of the current context of one or more kubeconfig files; the first file that names something wins. */
export function kubeconfigSource(files: readonly string[], environment: NodeJS.ProcessEnv): CredentialsSource {
  const execCredential = cachedExecCredential(environment);
  return async () => {
    const configs = await Promise.all(
      files.map(async (file) => ({ file, value: (await readYamlFile(file)) as KubeconfigFile })),
    );
    const { cluster, user } = currentContext(configs);
    const exec = user.value.exec === undefined ? {} : await execCredential(user.value.exec);
    const proxyUrl = cluster.value['proxy-url'];
    return {
      server: serverOf(cluster),
      tls: await tlsOf(cluster, user, exec),
      headers: { ...(await authorizationOf(user, exec)), ...impersonationOf(user.value) },
      ...(proxyUrl === undefined ? {} : { proxyUrl }),
    } satisfies KubeCredentials;
  };
}

function currentContext(configs: readonly Located<KubeconfigFile>[]): {
  cluster: Located<KubeconfigCluster>;
  user: Located<KubeconfigUser>;
} {
  const files = configs.map(({ file }) => file).join(', ');
  const name = configs
    .map(({ value }) => value['current-context'])
    .find((context) => context !== undefined && context !== '');
  if (name === undefined)
    throw new InvalidInputError(`kubeconfig ${files}: current-context is not set`, { field: 'current-context' });
  const context = find(configs, (config) => config.contexts?.find((entry) => entry.name === name)?.context);
  if (context === undefined)
    throw new InvalidInputError(`kubeconfig ${files}: no context ${name}`, { field: 'contexts' });
  const cluster = find(
    configs,
    (config) => config.clusters?.find((entry) => entry.name === context.value.cluster)?.cluster,
  );
  if (cluster === undefined)
    throw new InvalidInputError(`kubeconfig ${files}: no cluster for context ${name}`, { field: 'clusters' });
  const user = find(configs, (config) => config.users?.find((entry) => entry.name === context.value.user)?.user);
  return { cluster, user: user ?? { file: cluster.file, value: {} } };
}

function find<T>(
  configs: readonly Located<KubeconfigFile>[],
  select: (config: KubeconfigFile) => T | undefined,
): Located<T> | undefined {
  for (const { file, value } of configs) {
    const found = select(value);
    if (found !== undefined) return { file, value: found };
  }
  return undefined;
}

function serverOf(cluster: Located<KubeconfigCluster>): string {
  const server = cluster.value.server;
  if (server === undefined || !URL.canParse(server)) {
    throw new InvalidInputError(`kubeconfig ${cluster.file}: the server of the cluster is no URL`, {
      field: 'clusters[].cluster.server',
    });
  }
  return server.replace(/\/+$/, '');
}

async function tlsOf(
  cluster: Located<KubeconfigCluster>,
  user: Located<KubeconfigUser>,
  exec: ExecCredential,
): Promise<KubeTlsMaterial> {
  const ca = await pemOf(
    cluster.file,
    cluster.value['certificate-authority-data'],
    cluster.value['certificate-authority'],
  );
  const cert =
    exec.clientCertificateData ??
    (await pemOf(user.file, user.value['client-certificate-data'], user.value['client-certificate']));
  const key = exec.clientKeyData ?? (await pemOf(user.file, user.value['client-key-data'], user.value['client-key']));
  const servername = cluster.value['tls-server-name'];
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    rejectUnauthorized: cluster.value['insecure-skip-tls-verify'] !== true,
  };
}

async function pemOf(
  configFile: string,
  data: string | undefined,
  path: string | undefined,
): Promise<string | undefined> {
  if (data !== undefined && data !== '') return Buffer.from(data, 'base64').toString('utf8');
  if (path === undefined || path === '') return undefined;
  return await readTextFile(resolve(dirname(configFile), path));
}

async function readTextFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new InvalidInputError(`kubeconfig: cannot read ${file}`, { cause: error });
  }
}

async function authorizationOf(user: Located<KubeconfigUser>, exec: ExecCredential): Promise<Record<string, string>> {
  const { tokenFile, username, password } = user.value;
  if (user.value['auth-provider'] !== undefined) return await loadAuthProviderHeaders(user.value['auth-provider']);
  // A token file wins over the token beside it, as in client-go: the file is the one that is rotated.
  const fromFile =
    tokenFile === undefined ? undefined : (await readTextFile(resolve(dirname(user.file), tokenFile))).trim();
  const token = exec.token ?? fromFile ?? user.value.token;
  if (token !== undefined && token !== '') return { authorization: `Bearer ${token}` };
  if (username === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}` };
}

function impersonationOf(user: KubeconfigUser): Record<string, string | readonly string[]> {
  if (user.as === undefined) return {};
  return {
    'impersonate-user': user.as,
    ...(user['as-groups'] === undefined ? {} : { 'impersonate-group': user['as-groups'] }),
  };
}

function cachedExecCredential(
  environment: NodeJS.ProcessEnv,
): (exec: NonNullable<KubeconfigUser['exec']>) => Promise<ExecCredential> {
  let cached: { command: string; credential: ExecCredential } | undefined;
  return async (exec) => {
    const command = JSON.stringify(exec);
    const expires = Date.parse(cached?.credential.expirationTimestamp ?? '');
    if (cached?.command === command && expires > Date.now()) return cached.credential;
    cached = { command, credential: await runExecCredential(exec, environment) };
    return cached.credential;
  };
}
