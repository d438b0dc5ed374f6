import { Readable } from 'node:stream';
import {
  UnavailableError,
  type CallOptions,
  type HeldPod,
  type InterLinkApi,
  type LogStruct,
  type PodStatus,
  type PodStatusEvent,
} from '@interlink/spec';
import { systemClock, type Clock } from '@interlink/runtime';
import { batchBodies } from './batch-bodies.ts';
import { firstBytes, foreignLogRequest } from './foreign-log-request.ts';
import { limitIdle } from './limit-idle.ts';
import { createWebSocketOpener, type WebSocketOpener } from './open-web-socket.ts';
import { parseCreateAnswer } from './parse-create-answer.ts';
import { parseEventLines } from './parse-event-lines.ts';
import { parseListAnswer } from './parse-list-answer.ts';
import { parsePingAnswer } from './parse-ping-answer.ts';
import { parseStatusAnswer } from './parse-status-answer.ts';
import { createPeerFeatures, type PeerFeatures } from './peer-features.ts';
import type { PeerRequest } from './peer-request.ts';
import { createPeer, type Peer } from './peer.ts';
import { redactSecrets, type CreateBody } from './redact-secrets.ts';
import { defaultTimeouts, type RemoteOptions, type RemoteTimeouts } from './remote-options.ts';
import { streamCalls } from './stream-calls.ts';
import { parseObject } from './unwrap-peer-text.ts';

/** In what the two hops differ. */
export interface Hop {
  readonly ping: Pick<PeerRequest, 'method' | 'path' | 'body'>;
  readonly deleteMethod: 'POST' | 'DELETE';
}

/** What the calls to one peer share. */
export interface Remote extends AsyncDisposable {
  readonly peer: Peer;
  readonly webSockets: WebSocketOpener;
  readonly timeouts: RemoteTimeouts;
  readonly features: PeerFeatures;
  readonly logger: RemoteOptions['logger'];
  readonly clock: Clock;
}

/** The calls of both hops' interfaces that are the same. */
export type Calls = Required<
  Omit<InterLinkApi, 'name' | 'create' | 'update' | 'updateCache' | typeof Symbol.asyncDispose>
>;

/** A peer that is spoken to as `hop` says. */
export function createRemote(options: RemoteOptions, hop: Hop): Remote {
  const peer = createPeer(options);
  const { logger } = options;
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const features = createPeerFeatures(async (call) => {
    const request = { ...hop.ping, operation: 'ping', timeoutMilliseconds: timeouts.pingMilliseconds, options: call };
    return parsePingAnswer(await peer.call(request), logger);
  });
  const webSockets = createWebSocketOpener(options);
  const dispose = async (): Promise<void> => {
    await webSockets[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
  };
  const clock = options.clock ?? systemClock;
  return { peer, webSockets, timeouts, features, logger, clock, [Symbol.asyncDispose]: dispose };
}

/** The create of either hop, whose bodies have the pod in common. */
type CreateCall = (body: CreateBody, options?: CallOptions) => ReturnType<InterLinkApi['create']>;

/** The create of either hop. */
export function createCall({ peer, timeouts }: Remote): CreateCall {
  return async (body, options) => {
    const timeoutMilliseconds = timeouts.createMilliseconds;
    const text = JSON.stringify(body);
    const own = { operation: 'create', method: 'POST', path: '/create', changes: true } as const;
    const redact = (words: string): string => redactSecrets(words, body);
    const answer = await peer.call({ ...own, body: text, redact, timeoutMilliseconds, options });
    return parseCreateAnswer(answer, body.pod.metadata?.uid, peer.url);
  };
}

/** The update of either hop. */
export function updateCall({
  peer,
  timeouts,
  features,
}: Remote): (body: CreateBody, options?: CallOptions) => Promise<void> {
  return async (body, options) => {
    const own = { operation: 'update', method: 'POST', path: '/update', changes: true } as const;
    const redact = (words: string): string => redactSecrets(words, body);
    const timeoutMilliseconds = timeouts.updateMilliseconds;
    const send = () => peer.call({ ...own, body: JSON.stringify(body), redact, timeoutMilliseconds, options });
    await features.use('update', send, options);
  };
}

function statusCall({ peer, timeouts, logger }: Remote): Calls['status'] {
  return async (pods, options) => {
    const found: PodStatus[] = [];
    // No batch for no pod: an empty list would be a ping.
    for (const batch of batchBodies(pods)) {
      const own = { operation: 'status', method: 'GET', path: '/status', body: batch.body } as const;
      const answer = await peer.call({ ...own, timeoutMilliseconds: timeouts.statusMilliseconds, options });
      found.push(...parseStatusAnswer(answer, batch.pods, { peer: peer.url, logger }));
    }
    return found;
  };
}

function deleteCall({ peer, timeouts }: Remote, method: Hop['deleteMethod']): Calls['delete'] {
  return async (pod, options) => {
    const own = { operation: 'delete', method, path: '/delete', changes: true } as const;
    const timeoutMilliseconds = timeouts.deleteMilliseconds;
    await peer.call({ ...own, body: JSON.stringify(pod), timeoutMilliseconds, options });
  };
}

function logsCall({ peer, timeouts, features, clock }: Remote): Calls['logs'] {
  const ask = (request: LogStruct, options?: CallOptions): Promise<AsyncIterable<Uint8Array>> => {
    const own = { operation: 'logs', method: 'GET', path: '/getLogs', body: JSON.stringify(request) } as const;
    return peer.stream({ ...own, timeoutMilliseconds: timeouts.headersMilliseconds, options });
  };
  return async (request, options) => {
    if (!features.isForeign()) return ask(request, options);
    const foreign = foreignLogRequest(request, new Date(clock.now()));
    if (foreign.empty === true) return Readable.from([]);
    const chunks = await ask(foreign.request, options);
    return foreign.limitBytes === undefined ? chunks : firstBytes(chunks, foreign.limitBytes);
  };
}

/** The calls that only a peer that announced them is asked. */
function announcedCalls({ peer, timeouts, features, logger }: Remote): Pick<Calls, 'list' | 'watch' | 'stats'> {
  const get = (operation: string, path: string, options?: CallOptions): Promise<string> =>
    peer.call({ operation, method: 'GET', path, timeoutMilliseconds: timeouts.statusMilliseconds, options });

  async function list(options?: CallOptions): Promise<readonly HeldPod[]> {
    return parseListAnswer(await features.use('list', () => get('list', '/pods', options), options), peer.url);
  }

  async function* watch(options?: CallOptions): AsyncGenerator<PodStatusEvent, void> {
    const timeoutMilliseconds = timeouts.headersMilliseconds;
    const request = { operation: 'watch', method: 'GET', path: '/events', timeoutMilliseconds, options } as const;
    const bytes = await features.use('events', () => peer.stream(request), options);
    const silence = timeouts.eventsIdleMilliseconds;
    yield* parseEventLines(limitIdle(bytes, silence, `watch: ${peer.url} was silent for ${silence} ms`), logger);
    throw new UnavailableError(`watch: ${peer.url} ended the event stream`, { details: { peer: peer.url } });
  }

  async function stats(options?: CallOptions): Promise<Readonly<Record<string, unknown>>> {
    return parseObject(await features.use('stats', () => get('stats', '/stats', options), options)) ?? {};
  }

  return { list, watch, stats };
}

/** The calls that are the same on both hops. */
export function sharedCalls(remote: Remote, hop: Hop): Calls {
  return {
    ping: (options) => remote.features.ping(options),
    status: statusCall(remote),
    delete: deleteCall(remote, hop.deleteMethod),
    logs: logsCall(remote),
    ...announcedCalls(remote),
    ...streamCalls(remote),
  };
}
