import { keepLease, type KubeClient } from '@interlink/kube';
import type { Clock, Logger, Metrics } from '@interlink/runtime';
import type { CreateExtensionKey, Feature, InterLinkApi, Node, OwnerReference } from '@interlink/spec';
import type { PingSettings } from '../config/virtual-kubelet-config.ts';
import { applyPingAnswer, applyPingFailure } from './apply-ping.ts';
import type { NodeIdentity } from './build-node.ts';
import { initialNodeState, type NodeState } from './node-state.ts';
import { restoreNodeState } from './restore-node-state.ts';
import { createWakeUp } from './wake-up.ts';
import { createNodeWriter } from './write-node.ts';

/** What {@link startNode} needs. */
export interface NodeOptions {
  readonly client: KubeClient;
  readonly api: Pick<InterLinkApi, 'ping'>;
  readonly identity: NodeIdentity;
  readonly ping: PingSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Ends the work on the node; the Node object stays. */
  readonly signal: AbortSignal;
}

/** A node that is being kept. */
export interface RunningNode {
  /** What the peer announced last. */
  features(): ReadonlySet<Feature>;
  /** What of a create the peer announced that it makes use of. */
  accepts(): ReadonlySet<CreateExtensionKey>;
  /** The Node object as last written. */
  node(): Node | undefined;
  /** Resolves when the Node object exists for the first time; rejects when the signal aborts first. */
  readonly registered: Promise<void>;
  /** Resolves when all work on the node has ended, after the signal. */
  readonly ended: Promise<void>;
}

const heartbeatSeconds = 300;
/** How often the Node object is looked at: a deleted one is back after this time. */
const lookSeconds = 10;
/** A failed ping is tried again sooner than a good one. */
const failedPingSeconds = 10;
const pingTimeoutMilliseconds = 15_000;
const writeRetrySeconds = 2;

/**
 * Pings the interLink API and keeps Node object and lease by it: the first ping goes before the first write, so that a restart does not make the
 * node unready. Nothing but the signal ends it.
 */
export function startNode(options: NodeOptions): RunningNode {
  const { clock, signal, identity } = options;
  const writer = createNodeWriter(options);
  const changed = createWakeUp();
  let register: () => void = () => undefined;
  let state: NodeState = initialNodeState(identity.settings);
  let node: Node | undefined;

  async function pingLoop(): Promise<void> {
    // What the configuration says is the ground for the first answer; until then, what an earlier process left.
    const initial = state;
    state = restoreNodeState(identity, await writer.read(identity.name, signal));
    for (let answered = false; !isAborted(signal); answered ||= state.ping.kind === 'answered') {
      state = await ping(options, { state, ground: answered ? state : initial });
      changed.wake();
      const seconds =
        state.failures > 0 ? Math.min(failedPingSeconds, options.ping.intervalSeconds) : options.ping.intervalSeconds;
      await clock.sleep(seconds * 1000, { signal }).catch(() => undefined);
    }
  }

  async function writeLoop(): Promise<void> {
    await changed.wait(clock.sleep(pingTimeoutMilliseconds, { signal }));
    while (!isAborted(signal)) {
      const wish = { identity, state, now: secondsTime(clock.now()), heartbeatSeconds };
      const written = await tryWrite(options, () => writer.write(wish, signal));
      node = written ?? node;
      if (node !== undefined) register();
      const seconds = written === undefined ? writeRetrySeconds : lookSeconds;
      await changed.wait(clock.sleep(seconds * 1000, { signal }));
    }
  }

  const registered = new Promise<void>((resolve, reject) => {
    register = resolve;
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  const owner = (): OwnerReference | undefined => ownerOf(node);
  const lease = registered.then(
    () => keepLease({ ...options, name: identity.name, holder: identity.name, owner }, signal),
    () => undefined,
  );
  const ended = Promise.all([pingLoop(), writeLoop(), lease]).then(
    () => undefined,
    (error: unknown) => options.logger.error({ err: error }, 'the node is no longer kept'),
  );
  return { features: () => state.features, accepts: () => state.accepts, node: () => node, registered, ended };
}

async function tryWrite({ logger, signal }: NodeOptions, write: () => Promise<Node>): Promise<Node | undefined> {
  try {
    return await write();
  } catch (error) {
    if (!isAborted(signal)) logger.warn({ err: error }, 'node not written');
    return undefined;
  }
}

/** The state after one ping; `ground` is what an answer is applied to. */
async function ping(
  options: NodeOptions,
  { state, ground }: { state: NodeState; ground: NodeState },
): Promise<NodeState> {
  const { api, logger, metrics, signal } = options;
  const pings = metrics.counter('interlink_node_pings_total', 'Pings of the interLink API, by result.', ['result']);
  const readiness = metrics.gauge('interlink_node_ready', '1 when the node is Ready.');
  try {
    const response = await api.ping({
      signal: AbortSignal.any([signal, AbortSignal.timeout(pingTimeoutMilliseconds)]),
    });
    const next = applyPingAnswer(ground, response);
    for (const problem of next.problems)
      if (!state.problems.includes(problem)) logger.warn({ problem }, 'part of the ping answer left out');
    if (state.ping.kind !== 'answered') logger.info({}, 'the interLink API answers');
    pings.inc({ result: 'answered' });
    readiness.set(1);
    return next;
  } catch (error) {
    if (isAborted(signal)) return state;
    const message = error instanceof Error ? error.message : String(error);
    const next = applyPingFailure(state, message, options.ping.failuresBeforeNotReady);
    pings.inc({ result: 'failed' });
    readiness.set(next.ready === true ? 1 : 0);
    logger.warn({ err: error, failures: next.failures, ready: next.ready }, 'ping failed');
    return next;
  }
}

function ownerOf(node: Node | undefined): OwnerReference | undefined {
  const { name, uid } = node?.metadata ?? {};
  return name === undefined || uid === undefined ? undefined : { apiVersion: 'v1', kind: 'Node', name, uid };
}

function secondsTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
