import {
  BackendError,
  parseWireList,
  UnavailableError,
  type CallOptions,
  type HeldPod,
  type InterLinkApi,
  type LogStruct,
  type PingResponse,
  type Pod,
  type PodStatus,
  type PodStatusEvent,
} from '@interlink/spec';
import { batchBodies } from './batch-bodies.ts';
import { limitIdle } from './limit-idle.ts';
import { parseCreateAnswer } from './parse-create-answer.ts';
import { parseEventLines } from './parse-event-lines.ts';
import { parsePingAnswer } from './parse-ping-answer.ts';
import { parseStatusAnswer } from './parse-status-answer.ts';
import { createPeerFeatures } from './peer-features.ts';
import { createPeer, type Peer, type PeerRequest } from './peer.ts';
import { defaultTimeouts, type RemoteOptions, type RemoteTimeouts } from './remote-options.ts';
import { parseObject } from './unwrap-peer-text.ts';

/** In what the two hops differ. */
export interface Hop {
  readonly ping: Pick<PeerRequest, 'method' | 'path' | 'body'>;
  readonly deleteMethod: 'POST' | 'DELETE';
}

/** The calls that are the same on both hops; `post` is for what is not. */
export interface RemoteCalls extends Omit<InterLinkApi, 'create' | 'updateCache'> {
  create(body: { readonly pod: Pod }, options?: CallOptions): ReturnType<InterLinkApi['create']>;
  post(request: Omit<PeerRequest, 'method'>): Promise<string>;
  readonly timeouts: RemoteTimeouts;
}

type Reading = Required<Pick<InterLinkApi, 'list' | 'watch' | 'stats'>>;

function parseJsonAnswer(text: string, operation: string, peer: Peer): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new BackendError(`${operation}: ${peer.url} answered something that is not JSON`, {
      details: { peer: peer.url },
    });
  }
}

interface Own {
  readonly peer: Peer;
  readonly timeouts: RemoteTimeouts;
  readonly options: RemoteOptions;
  readonly features: ReturnType<typeof createPeerFeatures>;
}

/** The calls that only a peer that announced them is asked. */
function optionalCalls({ peer, timeouts, options: { logger }, features }: Own): Reading {
  const get = (operation: string, path: string, options?: CallOptions): Promise<string> =>
    peer.call({ operation, path, method: 'GET', timeoutMilliseconds: timeouts.statusMilliseconds, options });

  async function list(options?: CallOptions): Promise<readonly HeldPod[]> {
    await features.require('list', options);
    return parseWireList('HeldPod', parseJsonAnswer(await get('list', '/pods', options), 'list', peer));
  }

  async function* watch(options?: CallOptions): AsyncGenerator<PodStatusEvent, void> {
    await features.require('events', options);
    const timeoutMilliseconds = timeouts.headersMilliseconds;
    const bytes = await peer.stream({
      operation: 'watch',
      method: 'GET',
      path: '/events',
      timeoutMilliseconds,
      options,
    });
    const silence = timeouts.eventsIdleMilliseconds;
    yield* parseEventLines(limitIdle(bytes, silence, `watch: ${peer.url} was silent for ${silence} ms`), logger);
    throw new UnavailableError(`watch: ${peer.url} ended the event stream`, { details: { peer: peer.url } });
  }

  async function stats(options?: CallOptions): Promise<Readonly<Record<string, unknown>>> {
    await features.require('stats', options);
    return parseObject(await get('stats', '/stats', options)) ?? {};
  }

  return { list, watch, stats };
}

/** Speaks with the peer at `options.url` as `hop` says. */
export function createRemoteCalls(options: RemoteOptions, hop: Hop): RemoteCalls {
  const peer = createPeer(options);
  const { logger } = options;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const features = createPeerFeatures(ping);

  async function ping(call?: CallOptions): Promise<PingResponse> {
    const request = { ...hop.ping, operation: 'ping', timeoutMilliseconds: timeouts.pingMilliseconds, options: call };
    const response = parsePingAnswer(await peer.call(request), logger);
    features.note(response);
    return response;
  }

  const post = (request: Omit<PeerRequest, 'method'>): Promise<string> => peer.call({ method: 'POST', ...request });

  async function create(body: { readonly pod: Pod }, call?: CallOptions): ReturnType<InterLinkApi['create']> {
    const timeoutMilliseconds = timeouts.createMilliseconds;
    const answer = await post({
      operation: 'create',
      path: '/create',
      body: JSON.stringify(body),
      changes: true,
      timeoutMilliseconds,
      options: call,
    });
    return parseCreateAnswer(answer, body.pod.metadata?.uid, peer.url);
  }

  async function status(pods: readonly Pod[], call?: CallOptions): Promise<readonly PodStatus[]> {
    const found: PodStatus[] = [];
    // An empty list would be a ping.
    for (const batch of batchBodies(pods)) {
      const timeoutMilliseconds = timeouts.statusMilliseconds;
      const request = {
        operation: 'status',
        method: 'GET',
        path: '/status',
        body: batch.body,
        timeoutMilliseconds,
        options: call,
      } as const;
      found.push(...parseStatusAnswer(await peer.call(request), batch.pods, { peer: peer.url, logger }));
    }
    return found;
  }

  async function remove(pod: Pod, call?: CallOptions): Promise<void> {
    const timeoutMilliseconds = timeouts.deleteMilliseconds;
    const body = JSON.stringify(pod);
    await peer.call({
      operation: 'delete',
      method: hop.deleteMethod,
      path: '/delete',
      body,
      changes: true,
      timeoutMilliseconds,
      options: call,
    });
  }

  function logs(request: LogStruct, call?: CallOptions): Promise<AsyncIterable<Uint8Array>> {
    const timeoutMilliseconds = timeouts.headersMilliseconds;
    const body = JSON.stringify(request);
    return peer.stream({
      operation: 'logs',
      method: 'GET',
      path: '/getLogs',
      body,
      timeoutMilliseconds,
      options: call,
    });
  }

  return {
    name: options.name ?? 'remote',
    ping,
    create,
    status,
    delete: remove,
    logs,
    ...optionalCalls({ peer, timeouts, options, features }),
    post,
    timeouts,
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}
