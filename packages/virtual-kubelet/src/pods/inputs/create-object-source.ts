import { listAll, requestToken, type KubeClient } from '@interlink/kube';
import type { Clock, Logger } from '@interlink/runtime';
import { isInterLinkError, type ConfigMap, type Pod, type Secret, type Service } from '@interlink/spec';
import { createFreshLoader } from './create-fresh-loader.ts';
import { readTrustBundle, type TrustBundleSource } from './read-trust-bundle.ts';
import { rootCertificateConfigMap, type TokenNeed } from './pod-needs.ts';
import type { BoundToken, Lookup } from './pod-inputs.ts';

/** Reads what pods need from the API server. No method rejects but for the end of the process: what fails is said in the answer. */
export interface ObjectSource {
  configMap(namespace: string, name: string): Promise<Lookup<ConfigMap>>;
  secret(namespace: string, name: string): Promise<Lookup<Secret>>;
  /** The Services of a namespace; of none where the API server does not allow to list them, which is logged. */
  services(namespace: string): Promise<readonly Service[]>;
  /** The Service `default/kubernetes`, where there is one. */
  apiServerService(): Promise<readonly Service[]>;
  /** A token for the pod's service account, bound to the pod. */
  token(pod: Pod, need: TokenNeed): Promise<Lookup<BoundToken>>;
  /** The certificates of ClusterTrustBundles, as PEM. */
  trustBundle(source: TrustBundleSource): Promise<Lookup<string>>;
  /** The node's allocatable resources; empty when the node is not there. */
  allocatable(): Promise<Readonly<Record<string, string>>>;
}

/** What {@link createObjectSource} needs. */
export interface ObjectSourceOptions {
  readonly client: KubeClient;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends the requests. */
  readonly signal: AbortSignal;
}

/** What is not there is asked for again at most this often, however many pods wait for it. */
const absentReuseMilliseconds = 1000;
/** Controllers write this ConfigMap, the same into every namespace; it changes when the cluster's certificates do. */
const rootCertificateReuseMilliseconds = 60_000;
const servicesReuseMilliseconds = 2000;
const trustBundleReuseMilliseconds = 1000;
const stableReuseMilliseconds = 60_000;
/** What an API server gives when a pod asks for no time. */
const defaultTokenSeconds = 3600;

/** An {@link ObjectSource} that reads single objects when they are needed and shares the reads within a burst; it watches nothing. */
export function createObjectSource(options: ObjectSourceOptions): ObjectSource {
  const { client, nodeName, clock, logger, signal } = options;
  const get = <T>(path: string): Promise<T> => client.request<T>({ method: 'GET', path, signal });

  const objects = createFreshLoader<Lookup<unknown>>({
    clock,
    load: (path) => lookUp(() => get<unknown>(path), describePath(path), signal),
    reuseMilliseconds: (lookup, path) => {
      if ('found' in lookup)
        return path.endsWith(`/${rootCertificateConfigMap}`) ? rootCertificateReuseMilliseconds : 0;
      return absentReuseMilliseconds;
    },
  });
  const services = createFreshLoader<readonly Service[]>({
    clock,
    load: async (namespace) => {
      const path = `${namespacePath(namespace)}/services`;
      const list = await listAll<Service>({ client, selection: { path }, transform: trimService, signal });
      return list.items;
    },
    reuseMilliseconds: () => servicesReuseMilliseconds,
  });
  const trustBundles = createFreshLoader<Lookup<string>>({
    clock,
    load: (key) => {
      const source = JSON.parse(key) as TrustBundleSource;
      const reader = { client, discover: (path: string) => stable.get(path), signal };
      const what = source.name === undefined ? '' : `clustertrustbundle "${source.name}"`;
      return lookUp(() => readTrustBundle(source, reader), what, signal);
    },
    reuseMilliseconds: () => trustBundleReuseMilliseconds,
  });
  const stable = createFreshLoader<unknown>({ clock, load: get, reuseMilliseconds: () => stableReuseMilliseconds });

  /** Variables of Services and a default limit are no reason to hold a pod back. */
  async function orElse<T>(what: string, read: () => Promise<T>, otherwise: T): Promise<T> {
    try {
      return await read();
    } catch (error) {
      signal.throwIfAborted();
      if (isInterLinkError(error) && error.retryable) throw error;
      logger.warn({ err: error, what }, 'not readable, going on without');
      return otherwise;
    }
  }

  return {
    configMap: (namespace, name) =>
      objects.get(objectPath(namespace, 'configmaps', name)) as Promise<Lookup<ConfigMap>>,
    secret: (namespace, name) => objects.get(objectPath(namespace, 'secrets', name)) as Promise<Lookup<Secret>>,
    services: (namespace) => orElse('services', () => services.get(namespace), []),
    apiServerService: () =>
      orElse('service default/kubernetes', async () => [(await stable.get(apiServerServicePath)) as Service], []),
    token: (pod, need) => lookUp(() => fetchToken({ client, pod, need, signal }), '', signal),
    trustBundle: (source) => trustBundles.get(JSON.stringify(source)),
    allocatable: () =>
      orElse('node', async () => ((await stable.get(nodePath(nodeName))) as NodeLike).status?.allocatable ?? {}, {}),
  };
}

const apiServerServicePath = '/api/v1/namespaces/default/services/kubernetes';

interface NodeLike {
  readonly status?: { readonly allocatable?: Readonly<Record<string, string>> };
}

interface TokenRequest {
  readonly client: KubeClient;
  readonly pod: Pod;
  readonly need: TokenNeed;
  readonly signal: AbortSignal;
}

async function fetchToken({ client, pod, need, signal }: TokenRequest): Promise<BoundToken> {
  const { name = '', namespace = '', uid = '' } = pod.metadata ?? {};
  return await requestToken({
    client,
    namespace,
    serviceAccount: pod.spec?.serviceAccountName ?? 'default',
    audiences: need.audience === undefined || need.audience === '' ? [] : [need.audience],
    expirationSeconds: need.expirationSeconds ?? defaultTokenSeconds,
    boundPod: { name, uid },
    signal,
  });
}

/** `what` is named where it does not exist; empty: in the words of the error. */
async function lookUp<T>(read: () => Promise<T>, what: string, signal: AbortSignal): Promise<Lookup<T>> {
  try {
    return { found: await read() };
  } catch (error) {
    signal.throwIfAborted();
    const absent = isInterLinkError(error) && error.code === 'ILK_NOT_FOUND';
    const message = error instanceof Error ? error.message : String(error);
    return { absent, reason: absent && what !== '' ? `${what} not found` : message };
  }
}

function namespacePath(namespace: string): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
}

/** Path of a ConfigMap or Secret in the API server. */
export function objectPath(namespace: string, kind: 'configmaps' | 'secrets', name: string): string {
  return `${namespacePath(namespace)}/${kind}/${encodeURIComponent(name)}`;
}

function nodePath(name: string): string {
  return `/api/v1/nodes/${encodeURIComponent(name)}`;
}

/** `configmap "x"`, as a kubelet names it. */
function describePath(path: string): string {
  const [kind = '', name = ''] = path.split('/').slice(-2);
  return `${kind.replace(/s$/, '')} "${decodeURIComponent(name)}"`;
}

/** Of a Service only its name and addresses are needed. */
function trimService({ metadata, spec }: Service): Service {
  const { clusterIP, ports } = spec ?? {};
  return {
    metadata: metadata?.name === undefined ? {} : { name: metadata.name },
    spec: { ...(clusterIP === undefined ? {} : { clusterIP }), ...(ports ? { ports } : {}) },
  };
}
