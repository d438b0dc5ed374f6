import { isIPv6 } from 'node:net';
import {
  createEventRecorder,
  createKubeClient,
  fenceKubeClient,
  type EventRecorder,
  type KubeClient,
} from '@interlink/kube';
import { measureCalls } from '@interlink/plugin-sdk';
import {
  certificatesIn,
  ConfigError,
  createMetrics,
  packageVersion,
  systemClock,
  watchCertificates,
  type Clock,
  type Logger,
  type Metrics,
  type WatchedCertificates,
} from '@interlink/runtime';
import { UnavailableError, type InterLinkApi, type Node } from '@interlink/spec';
import { fenceInterLinkApi } from './backend/fence-interlink-api.ts';
import { measureKubeClient } from './backend/measure-kube-client.ts';
import { watchClientCertificate } from './backend/watch-client-certificate.ts';
import type { VirtualKubeletConfig } from './config/virtual-kubelet-config.ts';
import { createCleanUp, type CleanUp } from './create-clean-up.ts';
import { connectInterLink, type InterLinkContext } from './connect-interlink.ts';
import { startKubeletServer } from './kubelet-api/start-kubelet-server.ts';
import { startNode, type RunningNode } from './node/keep-node.ts';
import type { PodDirectory } from './pods/pod-directory.ts';
import { startPodController } from './pods/start-pod-controller.ts';
import { readClusterId } from './read-cluster-id.ts';

/** What {@link startVirtualKubelet} runs in. */
export interface VirtualKubeletContext {
  /** The interLink API in this process, in place of the one that the configuration names; it stays the caller's. */
  readonly api?: InterLinkApi | undefined;
  /** A client of the cluster; it stays the caller's. */
  readonly client?: KubeClient | undefined;
  readonly logger: Logger;
  /** Ends the start, and the virtual kubelet too; dispose of it as well, to wait for its end. */
  readonly signal: AbortSignal;
  readonly clock?: Clock | undefined;
  /** Served under `/metrics` of the kubelet API, and every series names the node. Default: its own. */
  readonly metrics?: Metrics | undefined;
  /** Asked before each write to the cluster or the backend, at the last moment; what it throws stops the write. Default: writes are free. */
  readonly fence?: (() => void) | undefined;
}

/** A virtual node at work. Disposing ends the work; the Node object stays, and its pods run on. */
export interface VirtualKubelet extends AsyncDisposable {
  readonly nodeName: string;
  /** `https://address:port` of the kubelet API. */
  readonly kubeletAddress: string;
}

/** The context with its defaults, and what the parts share. */
interface Parts {
  readonly api: InterLinkApi;
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  /** False under a fence: what waits may go out no more. */
  readonly finishesWork: boolean;
  /** Aborts the signal. */
  readonly end: () => void;
}

/** Events that cannot be sent must not hold up the end. */
const longestFlushMilliseconds = 2000;

/**
 * Starts a virtual node: kubelet API, node, lease and pods. Resolves once the Node object exists and every pod of the node is known.
 *
 * @remarks
 * At its end the node is not marked NotReady: a restart within the lease's 40 s is then invisible, and no pod of a running job is evicted for it. Without a
 * restart the cluster itself marks the node as unreachable.
 * @throws ConfigError for a configuration that cannot work, ConflictError when the kubelet port is taken, the signal's reason.
 */
export async function startVirtualKubelet(
  config: VirtualKubeletConfig,
  context: VirtualKubeletContext,
): Promise<VirtualKubelet> {
  const cleanUp = createCleanUp(context.logger);
  try {
    const parts = await prepare(config, context, cleanUp);
    return await run(config, parts, cleanUp);
  } catch (error) {
    await cleanUp.run();
    throw error;
  }
}

async function prepare(config: VirtualKubeletConfig, context: VirtualKubeletContext, cleanUp: CleanUp): Promise<Parts> {
  const { clock = systemClock, metrics = createMetrics({ labels: { node: config.nodeName } }), fence } = context;
  const logger = context.logger.child({ node: config.nodeName });
  const client = context.client ?? (await openClient(config, { logger, clock, metrics }, cleanUp));
  const api = context.api ? fenced(context.api, fence) : cleanUp.own(await connect(config, { logger, metrics, fence }));
  const stop = new AbortController();
  const end = (): void => stop.abort(new DOMException('the virtual kubelet ends', 'AbortError'));
  cleanUp.add(end);
  return {
    ...{ clock, metrics, logger, end },
    finishesWork: fence === undefined,
    client: measureKubeClient(fence === undefined ? client : fenceKubeClient(client, fence), { metrics, clock }),
    api: measureCalls(api, { metrics, clock }),
    signal: AbortSignal.any([context.signal, stop.signal]),
  };
}

async function openClient(
  { kubeconfigFile }: VirtualKubeletConfig,
  context: Pick<Parts, 'clock' | 'logger' | 'metrics'>,
  cleanUp: CleanUp,
): Promise<KubeClient> {
  const userAgent = `interlink-virtual-kubelet/${packageVersion(import.meta.url)}`;
  const client = cleanUp.own(
    await createKubeClient({ kubeconfigFile, userAgent, logger: context.logger, clock: context.clock }),
  );
  cleanUp.own(watchClientCertificate(client, context));
  return client;
}

function fenced(api: InterLinkApi, fence: (() => void) | undefined): InterLinkApi {
  return fence === undefined ? api : fenceInterLinkApi(api, fence);
}

async function connect({ interLink }: VirtualKubeletConfig, context: InterLinkContext): Promise<InterLinkApi> {
  if (interLink === undefined)
    throw new ConfigError(
      'InterlinkURL is required: where the interLink API is, as http://host, https://host or unix:///path',
    );
  return await connectInterLink(interLink, context);
}

async function run(config: VirtualKubeletConfig, parts: Parts, cleanUp: CleanUp): Promise<VirtualKubelet> {
  const { nodeName, kubelet, node: settings } = config;
  const { client, logger, signal } = parts;
  const clusterId = await readClusterId(parts);
  let directory: PodDirectory = notYet;
  const pods: PodDirectory = { get: (namespace, name) => directory.get(namespace, name), list: () => directory.list() };
  const dnsNames = settings.hostname === undefined ? [] : [settings.hostname];
  const identity = { nodeName, ipAddresses: [settings.internalIp], dnsNames };
  let nodeObject = (): Node | undefined => undefined;
  const known = { pods, node: () => nodeObject() };
  cleanUp.own(watchCertificates(certificatesOf(config), parts));
  const server = cleanUp.own(await startKubeletServer({ ...parts, settings: kubelet, identity, ...known }));
  const node = startNodeOn(config, parts, server.port);
  nodeObject = () => node.node();
  cleanUp.add(() => {
    parts.end();
    return node.ended;
  });
  const events = createEventRecorder({ client, component: 'interlink-virtual-kubelet', host: nodeName, logger });
  cleanUp.add(() => flushEvents(events, parts.clock));
  const { api, clock, metrics } = parts;
  const announced = { features: () => node.features(), accepts: () => node.accepts() };
  const shared = { client, api, clock, metrics, logger, signal, events, ...announced };
  const controller = await startPodController({
    ...shared,
    nodeName,
    clusterId,
    config: config.pods,
    finishesWork: parts.finishesWork,
    podIp: settings.internalIp,
  });
  cleanUp.add(() => controller.stop());
  directory = controller.pods;
  await node.registered;
  logger.info({ clusterId, kubeletPort: server.port }, 'virtual kubelet started');
  return {
    nodeName,
    kubeletAddress: formatAddress(settings.internalIp, server.port),
    [Symbol.asyncDispose]: () => cleanUp.run(),
  };
}

function certificatesOf({ interLink, kubelet }: VirtualKubeletConfig): readonly WatchedCertificates[] {
  const { certificate } = kubelet;
  return [
    ...certificatesIn('serving', certificate.kind === 'files' ? certificate.certFile : undefined),
    ...certificatesIn('client_authority', kubelet.clientCaFile),
    ...certificatesIn('client', interLink?.tls?.certFile),
    ...certificatesIn('server_authority', interLink?.tls?.caFile),
    ...certificatesIn('issuer_authority', interLink?.oauth?.caFile),
  ];
}

function startNodeOn(config: VirtualKubeletConfig, parts: Parts, kubeletPort: number): RunningNode {
  const version = `v${packageVersion(import.meta.url)}-interlink`;
  const identity = { name: config.nodeName, settings: config.node, kubeletPort, version };
  return startNode({ ...parts, identity, ping: config.ping });
}

async function flushEvents(events: EventRecorder, clock: Clock): Promise<void> {
  const enough = new AbortController();
  const bound = clock.sleep(longestFlushMilliseconds, { signal: enough.signal }).catch(() => undefined);
  await Promise.race([events.flush(), bound]);
  // A timer that goes on would keep the process alive.
  enough.abort();
}

/** Before the pods are known, nobody may conclude that there are none. */
const notYet: PodDirectory = {
  get() {
    throw new UnavailableError('the virtual kubelet is starting and does not know its pods yet');
  },
  list() {
    throw new UnavailableError('the virtual kubelet is starting and does not know its pods yet');
  },
};

function formatAddress(address: string, port: number): string {
  return `https://${isIPv6(address) ? `[${address}]` : address}:${port}`;
}
