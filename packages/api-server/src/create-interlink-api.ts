import { announce } from '@interlink/plugin-sdk';
import { features } from '@interlink/spec';
import type { CallOptions, CreateStruct, InterLinkApi, Plugin, PodCreateRequests } from '@interlink/spec';
import { describeSpan, silentLogger, type Clock, type Logger } from '@interlink/runtime';
import { assemblePodData } from './create/assemble-pod-data.ts';
import { addJobScript, type JobScriptOptions } from './create/job-script.ts';
import { checkLogRequest } from './logs/check-log-request.ts';
import { createEventRelay } from './status/event-relay.ts';
import { createSingleFlight } from './status/single-flight.ts';
import { createStatusCache, type StatusCacheOptions } from './status/status-cache.ts';
import { createStatusReader, type StatusReader } from './status/status-reader.ts';

/** Options of {@link createInterLinkApi}. */
export interface InterLinkApiOptions {
  /** Where job scripts come from. Default: the plugin writes them. */
  readonly jobScript?: JobScriptOptions;
  /** Bounds of the status cache. */
  readonly cache?: Omit<StatusCacheOptions, 'clock'>;
  /** Default: silent. Nothing of a pod but its UID is logged. */
  readonly logger?: Logger;
  readonly clock?: Clock;
}

/**
 * The interLink API on top of a plugin: hop B becomes hop A.
 *
 * It assembles what each container needs, adds a job script where one is configured, answers status from a cache where the
 * plugin has nothing new to say, and relays logs, events and lists. It keeps nothing on disk. The plugin stays the caller's:
 * disposing the API does not dispose it.
 */
export function createInterLinkApi(plugin: Plugin, options: InterLinkApiOptions = {}): InterLinkApi {
  const logger = options.logger ?? silentLogger;
  const cache = createStatusCache({
    ...options.cache,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
  });
  const statuses = createStatusReader(plugin, cache, logger);
  const creates = createSingleFlight<CreateStruct>();

  async function create(request: PodCreateRequests, call: CallOptions): Promise<CreateStruct> {
    const uid = request.pod.metadata?.uid ?? '';
    const data = await addJobScript(assemblePodData(request), request.jobscriptURL, options.jobScript ?? {}, call);
    const created = await plugin.create(data, call);
    statuses.forget(uid);
    describeSpan({ 'job.id': created.PodJID });
    logger.info({ podUid: uid, jobId: created.PodJID }, 'pod created');
    return created;
  }

  return {
    name: plugin.name,
    // Said here, where it is known whether the plugin is foreign: a foreign one must not seem to have what the API only relays.
    ping: async (call) => announce(await plugin.ping(call), plugin, features),
    // A virtual kubelet that lost an answer asks again while the first call runs: a foreign plugin would submit twice.
    create: (request, { signal, ...call } = {}) =>
      creates.run(request.pod.metadata?.uid ?? '', (flight) => create(request, { ...call, signal: flight }), signal),
    status: (pods, call) => statuses.read(pods, call),
    async delete(pod, call) {
      const uid = pod.metadata?.uid ?? '';
      statuses.markDeleted(uid);
      await plugin.delete(pod, call);
      // Once more: nobody may join a status call that began before the plugin knew.
      statuses.markDeleted(uid);
      logger.info({ podUid: uid }, 'pod deleted');
    },
    logs: async (request, call) => plugin.logs(checkLogRequest(request), call),
    updateCache(uid) {
      statuses.forget(uid);
      return Promise.resolve();
    },
    ...relayExtensions(plugin, { statuses, logger }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

type Extensions = Pick<InterLinkApi, 'list' | 'watch' | 'exec' | 'attach' | 'portForward' | 'stats' | 'update'>;

/** The optional verbs that the plugin has; events pass through the cache. */
function relayExtensions(
  plugin: Plugin,
  { statuses, logger }: { readonly statuses: StatusReader; readonly logger: Logger },
): Extensions {
  const extensions: Extensions = {};
  if (plugin.list !== undefined) extensions.list = plugin.list.bind(plugin);
  if (plugin.watch !== undefined) {
    const relay = createEventRelay(plugin.watch.bind(plugin), (status) => statuses.accept(status));
    extensions.watch = (call) => relay.subscribe(call);
  }
  if (plugin.exec !== undefined) extensions.exec = plugin.exec.bind(plugin);
  if (plugin.attach !== undefined) extensions.attach = plugin.attach.bind(plugin);
  if (plugin.portForward !== undefined) extensions.portForward = plugin.portForward.bind(plugin);
  if (plugin.stats !== undefined) extensions.stats = plugin.stats.bind(plugin);
  if (plugin.update !== undefined) {
    const update = plugin.update.bind(plugin);
    extensions.update = async (request, call) => {
      const uid = request.pod.metadata?.uid ?? '';
      // Without a job script: the job is written already.
      await update(assemblePodData(request, { purpose: 'update' }), call);
      statuses.forget(uid);
      logger.info({ podUid: uid }, 'pod updated');
    };
  }
  return extensions;
}
