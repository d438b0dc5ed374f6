import { announce } from '@interlink/plugin-sdk';
import { systemClock, type Clock, type Logger } from '@interlink/runtime';
import {
  UnavailableError,
  type HeldPod,
  type PingResponse,
  type Plugin,
  type Pod,
  type PodStatus,
} from '@interlink/spec';
import type { ContainerRuntime } from '../contract/container-runtime.ts';
import type { Host } from '../contract/host.ts';
import type { BatchPolicy } from '../contract/policy.ts';
import type { Capacity, Scheduler } from '../contract/scheduler.ts';
import { installRunner } from '../directory/install-runner.ts';
import { findProbeTools } from '../actions/probe-tools.ts';
import { changedDirectory } from '../directory/job-paths.ts';
import { mapUnknownPod } from '../status/map-unknown-pod.ts';
import { createImageResolver, type ImageResolver } from '../images/image-resolver.ts';
import { createRegistryClient } from '../images/registry-client.ts';
import { createJobMirrors } from '../shipping/job-mirrors.ts';
import { createChangeSpool } from './change-spool.ts';
import { createCreator } from './create-pod.ts';
import { createDeleter } from './delete-pod.ts';
import { timestamp, type Engine, type EngineStep } from './engine.ts';
import { createJobPoller } from './job-poller.ts';
import { createKeyedLock } from './keyed-lock.ts';
import { adoptByScheduler, loadPods } from './load-pods.ts';
import { createPodTable } from './pod-table.ts';
import { readLogs } from './read-logs.ts';
import { startRetention } from './retention.ts';
import { createSessions } from '../streams/create-sessions.ts';
import { watchStatuses } from './status-feed.ts';
import { createUsageMeter } from '../usage/create-usage-meter.ts';
import { untilAborted } from './until-aborted.ts';
import { createUpdater } from './update-pod.ts';

/** What {@link createBatchPlugin} is made of. */
export interface BatchPluginOptions {
  /** A word for logs, container ids and the node's labels, e.g. `slurm`. */
  readonly name: string;
  readonly scheduler: Scheduler;
  readonly runtime: ContainerRuntime;
  readonly host: Host;
  /** Work directory, absolute; made when it is absent. Only one plugin at a time may use it. */
  readonly root: string;
  readonly policy?: BatchPolicy;
  readonly logger: Logger;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** For tests: called at each step of create and delete, and waited for. */
  readonly onStep?: (name: EngineStep) => Promise<void>;
}

/**
 * A plugin that runs each pod as one job of a scheduler. It takes up what a process before it left in the work directory: its
 * pods, by their records and one query, and its unfinished deletes.
 */
export async function createBatchPlugin(options: BatchPluginOptions): Promise<Plugin> {
  const disposal = new AbortController();
  const engine = await openEngine(options, disposal.signal);
  const parts = createParts(engine);
  const { poller, spool, mirrors, deleter, creator, updater, sessions } = parts;
  const hints = engine.scheduler.onChange?.(() => poller.hint());
  await takeUp(engine, parts);
  const retention = startRetention(engine);

  const call: Call = (signal, work) =>
    untilAborted(signal, async () => {
      engine.signal.throwIfAborted();
      return await work();
    });
  const plugin: Plugin = {
    name: engine.name,
    ping: ({ signal } = {}) => call(signal, async () => announce(await ping(engine), plugin)),
    create: (data, { signal } = {}) =>
      call(signal, async () => {
        const answer = await creator.create(data);
        if (engine.policy.shipping) poller.soon();
        else poller.wake();
        return answer;
      }),
    update: (data, { signal } = {}) =>
      call(signal, async () => {
        await spool.drain();
        await updater.update(data);
      }),
    status: (pods, { signal } = {}) =>
      call(signal, async () => {
        await spool.drain();
        return pods.map((pod) => statusOf(engine, pod));
      }),
    delete: (pod, { signal } = {}) => call(signal, () => deleter.delete(pod)),
    logs: (request, { signal } = {}) =>
      call(signal, async () => {
        await spool.drain();
        return await readLogs(engine, request, signal);
      }),
    ...sessions.methods,
    list: ({ signal } = {}) => call(signal, () => Promise.resolve(listPods(engine))),
    ...statsMethod(engine, parts, call),
    watch: ({ signal } = {}) => watchStatuses(engine, signal),
    async [Symbol.asyncDispose]() {
      disposal.abort(new UnavailableError('the plugin is being stopped'));
      hints?.[Symbol.dispose]();
      spool[Symbol.dispose]();
      retention[Symbol.dispose]();
      await sessions.settled();
      await creator.settled();
      await updater.settled();
      await deleter.settled();
      await mirrors.settled();
      await engine.images?.[Symbol.asyncDispose]();
    },
  };
  return plugin;
}

type Call = <T>(signal: AbortSignal | undefined, work: () => Promise<T>) => Promise<T>;

/** `stats`, where the processes of the jobs can be seen from here. */
function statsMethod(engine: Engine, { spool }: Pick<Parts, 'spool'>, call: Call): Pick<Plugin, 'stats'> {
  if (engine.scheduler.runsHere !== true) return {};
  const meter = createUsageMeter(engine);
  return {
    stats: ({ signal } = {}) =>
      call(signal, async () => {
        await spool.drain();
        return { ...(await meter.measure()) };
      }),
  };
}

/** The engine over a work directory, with the pods that are in it. */
async function openEngine(options: BatchPluginOptions, signal: AbortSignal): Promise<Engine> {
  const root = options.root.replace(/\/+$/, '');
  await options.host.makeDirectories([root, `${root}/${changedDirectory}`]);
  const [runner, tools] = await Promise.all([installRunner(options.host, root), findProbeTools(options.host)]);
  const engine = createEngine({ ...options, root }, { runner, tools, signal });
  await loadPods(engine);
  return engine;
}

type Parts = ReturnType<typeof createParts>;

function createParts(engine: Engine) {
  const poller = createJobPoller(engine);
  const spool = createChangeSpool(engine, poller);
  const mirrors = createJobMirrors(engine);
  const deleter = createDeleter(engine, { poller, mirrors });
  const creator = createCreator(engine);
  const updater = createUpdater(engine);
  return { poller, spool, mirrors, deleter, creator, updater, sessions: createSessions(engine, spool) };
}

/** What the process before this one left undone. */
async function takeUp(engine: Engine, { poller, deleter }: Parts): Promise<void> {
  await adoptByScheduler(engine).catch((error: unknown) => {
    engine.logger.warn({ err: error }, 'scheduler could not be asked');
  });
  if (engine.pods.hasActive()) await poller.poll();
  for (const held of engine.pods.all()) if (held.record.phase === 'deleting') deleter.resume(held);
}

function createEngine(
  options: BatchPluginOptions,
  { runner, tools, signal }: Pick<Engine, 'runner' | 'tools' | 'signal'>,
): Engine {
  const { name, scheduler, runtime, host, root, logger } = options;
  return {
    name,
    scheduler,
    runtime,
    images: createImages(options),
    host,
    root,
    runner,
    tools,
    policy: options.policy ?? {},
    logger,
    clock: options.clock ?? systemClock,
    pods: createPodTable(name),
    lock: createKeyedLock(),
    signal,
    step: options.onStep ?? (() => Promise.resolve()),
  };
}

/** For a runtime that uses images, where the site does not forbid to ask for them. */
function createImages({ runtime, policy, logger, clock = systemClock }: BatchPluginOptions): ImageResolver | undefined {
  const { images } = runtime;
  if (!images || policy?.images?.resolve === false) return undefined;
  const { insecureRegistries = [] } = images;
  const environment = Object.fromEntries(images.environment(''));
  return createImageResolver({ client: createRegistryClient({ insecureRegistries, environment }), clock, logger });
}

function statusOf(engine: Engine, pod: Pod): PodStatus {
  const held = engine.pods.get(pod.metadata?.uid ?? '');
  return held ? engine.pods.status(held) : mapUnknownPod(pod, timestamp(engine.clock));
}

function listPods(engine: Engine): HeldPod[] {
  const kept = [...engine.pods.all()].filter(({ record }) => record.phase !== 'deleted');
  return kept.map(({ record: { uid, name, namespace, node, cluster, jobId } }) => ({
    uid,
    name,
    namespace,
    ...(node === undefined ? {} : { node }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(jobId === undefined ? {} : { jobId }),
  }));
}

const features = ['events', 'list', 'exec', 'attach', 'portForward', 'update'] as const;

async function ping({ scheduler, runtime }: Engine): Promise<PingResponse> {
  const capacity = await scheduler.capacity();
  return {
    status: `${scheduler.name}: ready. ${runtime.description}`,
    resources: mapCapacity(capacity),
    ...(capacity.taints ? { taints: capacity.taints } : {}),
    interlink: {
      version: 1,
      features: [...features, ...(scheduler.runsHere === true ? (['stats'] as const) : [])],
      labels: runtime.labels,
      ...(runtime.images ? { accepts: ['imagePullSecrets'] } : {}),
    },
  };
}

function mapCapacity({ cpuCores, memoryBytes, pods, extended }: Capacity): NonNullable<PingResponse['resources']> {
  const accelerators = Object.entries(extended ?? {}).map(([resourceType, available]) => ({ resourceType, available }));
  return {
    ...(cpuCores === undefined ? {} : { cpu: String(cpuCores) }),
    ...(memoryBytes === undefined ? {} : { memory: String(memoryBytes) }),
    ...(pods === undefined ? {} : { pods: String(pods) }),
    ...(accelerators.length > 0 ? { accelerators } : {}),
  };
}
