import {
  createController,
  createInformer,
  createWorkQueue,
  type Change,
  type EventRecorder,
  type KubeClient,
} from '@interlink/kube';
import type { Clock, Logger, Metrics } from '@interlink/runtime';
import type { CreateExtensionKey, Feature, InterLinkApi, Pod } from '@interlink/spec';
import { createDepartures } from './control/create-departures.ts';
import { createEventLoop } from './control/create-event-loop.ts';
import { createOrphanSweep } from './control/create-orphan-sweep.ts';
import { createPodStore } from './control/create-pod-store.ts';
import { createStatusLoop } from './control/create-status-loop.ts';
import { drainController } from './control/drain-controller.ts';
import type { PodContext } from './control/pod-context.ts';
import { isBeingDeleted, podJobId, podKey, podUid } from './control/pod-identity.ts';
import { noteDeletion } from './control/steady-age.ts';
import { createPodMemory } from './control/pod-memory.ts';
import { createPodMetrics } from './control/pod-metrics.ts';
import { wasAttempted } from './control/prepare-pod.ts';
import { measureReconcile } from './control/measure-reconcile.ts';
import { observePods } from './control/observe-pods.ts';
import { createPodReconcile } from './control/reconcile-pod.ts';
import { traceReconcile } from './control/trace-reconcile.ts';
import { trimPod } from './control/trim-pod.ts';
import { createObjectSource } from './inputs/create-object-source.ts';
import type { PodDirectory } from './pod-directory.ts';
import { withPodDefaults, type PodSettings } from './pod-settings.ts';
import { isTerminal } from './status/pod-phase.ts';
import { createUpdateLoop } from './updates/create-update-loop.ts';

/** What {@link startPodController} needs. The caller owns all of it. */
export interface PodControllerOptions {
  readonly client: KubeClient;
  readonly api: InterLinkApi;
  readonly nodeName: string;
  /** UID of the cluster's kube-system namespace. */
  readonly clusterId: string;
  readonly config: PodSettings;
  readonly events: EventRecorder;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Ends everything, as {@link PodController.stop} does. */
  readonly signal: AbortSignal;
  /** False: what is under way at the end is broken off at once, for whoever may have lost the right to act. Default true. */
  readonly finishesWork?: boolean;
  /** The node's address: every pod's hostIP, and the podIP of pods whose annotation names none. */
  readonly podIp: string;
  /** What the peer announced in its last ping; empty before the first. */
  readonly features: () => ReadonlySet<Feature>;
  /** What of a create the peer announced that it makes use of. Default: nothing beyond what Go peers do. */
  readonly accepts?: () => ReadonlySet<CreateExtensionKey>;
}

/** A running pod controller. */
export interface PodController {
  readonly pods: PodDirectory;
  /** Stops working and resolves when nothing is under way. Jobs run on, and the next start finds them. */
  stop(): Promise<void>;
}

const loopRestartMilliseconds = 1000;
/** Shorter than the 30 s that Kubernetes gives a process to end. */
const drainMilliseconds = 10_000;
const retryBackoff = { initialMilliseconds: 500, maximumMilliseconds: 60_000 };

/**
 * Brings the pods bound to a node to the backend, reports what becomes of them, and ends them there when they are deleted here. Resolves once all
 * pods of the node are known.
 */
export async function startPodController(options: PodControllerOptions): Promise<PodController> {
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const parts = assemble(options, signal);
  const { informer, context } = parts;
  let isFirstList = true;
  informer.onChange((change) => {
    // What an earlier process began cannot be told from what nobody began.
    if (isFirstList && podJobId(change.object) === undefined) context.memory.attempted.add(podUid(change.object));
    follow(parts, change);
  });
  informer.start(signal);
  await informer.synced;
  isFirstList = false;
  const work = Promise.all(parts.loops.map((loop) => keepRunning(loop, context, signal)));
  return {
    pods: context.store.directory,
    async stop() {
      ending.abort(new Error('the pod controller was stopped'));
      await work;
    },
  };
}

type Parts = ReturnType<typeof assemble>;

function assemble(options: PodControllerOptions, signal: AbortSignal) {
  const { client, api, nodeName, clusterId, events, clock, features, accepts = () => new Set() } = options;
  const logger = options.logger.child({ component: 'pods' });
  const settings = withPodDefaults(options.config);
  const fieldSelector = `spec.nodeName=${nodeName}`;
  const metrics = createPodMetrics(options.metrics);
  const informer = createInformer<Pod>({
    client,
    path: '/api/v1/pods',
    fieldSelector,
    logger,
    clock,
    transform: trimPod,
    onRestart: () => metrics.watchRestarted(),
  });
  const queue = createWorkQueue({ clock, backoff: retryBackoff });
  /** What became of a pod is not to wait for creates, each of which may take the backend long. */
  const enqueueAnswer = (key: string): void => queue.add(key, { isUrgent: true });
  const memory = createPodMemory();
  const context: PodContext = {
    client,
    api,
    nodeName,
    clusterId,
    events,
    clock,
    features,
    accepts,
    logger,
    settings,
    memory,
    nodeIp: options.podIp,
    objects: createObjectSource({ client, nodeName, clock, logger, signal }),
    store: createPodStore(informer),
    metrics,
    isPushed: () => eventLoop.isOpen,
    askSoon: () => statusLoop.askSoon(),
    depart: (pod) => departures.add(pod),
  };
  const eventLoop = createEventLoop({ context, enqueue: enqueueAnswer, overtake: (uid) => statusLoop.overtake(uid) });
  const statusLoop = createStatusLoop({ context, enqueue: enqueueAnswer, isPushed: () => eventLoop.isOpen });
  const updates = createUpdateLoop({ context, enqueue: (key) => queue.add(key) });
  const departures = createDepartures(context);
  const reconcile = traceReconcile(measureReconcile(createPodReconcile(context), context), context);
  observePods(options.metrics, { store: context.store, queue });
  const worker = createController({ name: 'pods', queue, workers: settings.workers, reconcile, logger });
  const { finishesWork = true } = options;
  const controller = finishesWork ? drainController(worker, { clock, milliseconds: drainMilliseconds }) : worker;
  const loops = [controller, departures, statusLoop, eventLoop, updates, createOrphanSweep(context)];
  return { informer, context, queue, updates, loops };
}

/** Decides which changes are work. */
function follow({ context, queue, updates }: Parts, change: Change<Pod>): void {
  const { object: pod, previous, type } = change;
  context.store.follow(change);
  updates.follow(change);
  if (type === 'deleted') {
    depart(context, pod);
    return;
  }
  if (previous !== undefined && deletionOf(previous) !== deletionOf(pod)) noteDeletion(context, pod);
  if (isBeingDeleted(pod)) context.memory.creating.get(podUid(pod))?.abort();
  else if (isTerminal(pod.status?.phase)) return;
  else if (type === 'modified' && podJobId(pod) === undefined && isEcho(previous, pod)) return;
  queue.add(podKey(pod), { isUrgent: isBeingDeleted(pod) });
}

function deletionOf({ metadata }: Pod): string | undefined {
  return metadata?.deletionTimestamp ?? undefined;
}

/** Whether only the status changed: of a pod that waits, that is what was just written, and no reason to hurry. */
function isEcho(previous: Pod | undefined, pod: Pod): boolean {
  const describe = ({ metadata }: Pod): string =>
    JSON.stringify([metadata?.generation, metadata?.annotations, metadata?.labels]);
  return previous !== undefined && describe(previous) === describe(pod);
}

/** A pod that vanished without being removed here leaves its job behind. */
function depart(context: PodContext, pod: Pod): void {
  const { memory } = context;
  const uid = podUid(pod);
  const isKnown = podJobId(pod) !== undefined || wasAttempted(pod);
  const mayHaveJob = isKnown || memory.attempted.has(uid) || memory.created.has(uid);
  const create = memory.creating.get(uid);
  create?.abort();
  // A create that is under way departs by itself when it is over, so that its delete comes after it.
  const isEnded = memory.removed.has(uid) || memory.deleting.has(uid);
  if (create === undefined && mayHaveJob && !isEnded) context.depart(pod);
  memory.forget(uid);
}

/** A loop ends by the signal alone. Should one fail, it is a defect, and starting it again beats going on without. */
async function keepRunning(loop: Loop, { clock, logger }: PodContext, signal: AbortSignal): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    try {
      await loop.run(signal);
    } catch (error) {
      if (isOver()) return;
      logger.error({ err: error }, 'a loop of the pod controller failed, starting it again');
      await clock.sleep(loopRestartMilliseconds, { signal }).catch(() => undefined);
    }
  }
}

interface Loop {
  run(signal: AbortSignal): Promise<void>;
}
