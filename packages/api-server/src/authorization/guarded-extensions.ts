import { isHeartbeat, type CallOptions, type InterLinkApi, type PodStatusEvent } from '@interlink/spec';
import { checkPods, checkUid, covers, namedOwner, type Guard } from './guard.ts';
import type { NodeScope } from './node-scope.ts';
import type { PodOwners } from './pod-owners.ts';

type Extensions = Pick<InterLinkApi, 'list' | 'watch' | 'exec' | 'attach' | 'portForward' | 'stats' | 'update'>;

/** The optional verbs that the API has. */
export function guardedExtensions(guard: Guard): Extensions {
  const { api, owners, scopeOf } = guard;
  const extensions: Extensions = {};
  const list = api.list?.bind(api);
  const watch = api.watch?.bind(api);
  const stats = api.stats?.bind(api);
  if (list !== undefined) {
    extensions.list = async (call = {}) => {
      const scope = scopeOf(call);
      const pods = await list(call);
      owners.learn(pods);
      return pods.filter(({ uid }) => covers(scope, owners.peek(uid)));
    };
  }
  if (watch !== undefined) extensions.watch = (call = {}) => guardedEvents(guard, watch(call), call);
  if (stats !== undefined) {
    extensions.stats = async (call = {}) => ownStats(await stats(call), { scope: scopeOf(call), owners });
  }
  const update = api.update?.bind(api);
  if (update !== undefined) {
    extensions.update = async (request, call = {}) => {
      namedOwner(guard, request.pod, call);
      await checkPods(guard, [request.pod], call);
      await update(request, call);
    };
  }
  return { ...extensions, ...guardedSessions(guard) };
}

function guardedSessions(guard: Guard): Pick<InterLinkApi, 'exec' | 'attach' | 'portForward'> {
  const guarded =
    <Request extends { readonly podUid: string }, Streams, Result>(
      run: (request: Request, streams: Streams, call?: CallOptions) => Promise<Result>,
    ) =>
    async (request: Request, streams: Streams, call: CallOptions = {}): Promise<Result> => {
      await checkUid(guard, request.podUid, call);
      return run(request, streams, call);
    };
  const { api } = guard;
  const exec = api.exec?.bind(api);
  const attach = api.attach?.bind(api);
  const portForward = api.portForward?.bind(api);
  return {
    ...(exec && { exec: guarded(exec) }),
    ...(attach && { attach: guarded(attach) }),
    ...(portForward && { portForward: guarded(portForward) }),
  };
}

async function* guardedEvents(
  { owners, scopeOf, logger }: Guard,
  events: AsyncIterable<PodStatusEvent>,
  call: CallOptions,
): AsyncGenerator<PodStatusEvent> {
  const scope = scopeOf(call);
  for await (const event of events) {
    if (isHeartbeat(event)) {
      yield event;
      continue;
    }
    // A status that is left out here is asked for sooner or later.
    const find = await owners.find([event.UID], call).catch((error: unknown) => {
      logger.debug({ podUid: event.UID, err: error }, 'event left out: its owner could not be found');
      return undefined;
    });
    if (covers(scope, find?.(event.UID))) yield event;
  }
}

type Stats = Readonly<Record<string, unknown>>;

/** A kubelet's summary without the pods of others. */
function ownStats(summary: Stats, { scope, owners }: { scope: NodeScope; owners: PodOwners }): Stats {
  const { pods } = summary;
  if (!Array.isArray(pods)) return summary;
  const isOwn = (pod: { podRef?: { uid?: string } } | null): boolean =>
    covers(scope, owners.peek(pod?.podRef?.uid ?? ''));
  return { ...summary, pods: (pods as ({ podRef?: { uid?: string } } | null)[]).filter(isOwn) };
}
