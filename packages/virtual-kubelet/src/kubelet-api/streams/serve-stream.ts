import type { IncomingMessage } from 'node:http';
import { createWebSocketStream } from 'ws';
import {
  acceptWebSocket,
  openChannelSocket,
  serveSession,
  sessionId,
  type ChannelListener,
  type ChannelSocket,
  type Upgrade,
} from '@interlink/plugin-sdk';
import {
  InvalidInputError,
  NotFoundError,
  UnsupportedError,
  type AttachRequest,
  type ExitStatus,
  type InterLinkApi,
  type Pod,
  type StreamSession,
} from '@interlink/spec';
import type { Logger } from '@interlink/runtime';
import type { PodDirectory } from '../../pods/pod-directory.ts';
import { containerNames } from '../container-names.ts';
import { firstProtocol, openFirstChannels } from './open-first-channels.ts';
import { openSpdyChannels } from './open-spdy-channels.ts';
import { parseStreamOptions, type StreamOptions } from './parse-stream-options.ts';
import { parsePorts, portChannelsProtocol, servePortChannels } from './serve-port-channels.ts';
import { servePortForward, type PortForwardContext } from './serve-port-forward.ts';
import { acceptSpdy, asksForSpdy } from './spdy-upgrade.ts';

/** The interLink API, as far as streams need it. */
export type StreamApi = Pick<InterLinkApi, 'exec' | 'attach' | 'portForward'>;

/** What {@link serveStream} needs. */
export interface StreamContext {
  readonly pods: PodDirectory;
  readonly api: StreamApi;
  readonly logger: Logger;
  /** Ends the session. */
  readonly signal: AbortSignal;
}

/** A request for a stream, of a caller who may. */
export interface StreamRequest {
  readonly request: IncomingMessage;
  /** Absent where the client did not ask for another protocol. */
  readonly upgrade: Upgrade | undefined;
  readonly query: URLSearchParams;
  /** Of the path: namespace, pod, perhaps the pod's UID, and the container of exec and attach. */
  readonly names: readonly string[];
}

/** Kinds of streams, by the first part of their path. */
export type StreamKind = 'exec' | 'attach' | 'portForward';

/** The subprotocols of a WebSocket, the best first. Before version 5 an input cannot be ended alone. */
const commandProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io', firstProtocol];
const spdyCommandProtocol = 'v4.channel.k8s.io';
const portForwardProtocol = 'portforward.k8s.io';
const tunnelProtocol = `SPDY/3.1+${portForwardProtocol}`;

/**
 * Answers `/exec/…`, `/attach/…` and `/portForward/…` over SPDY/3.1 or a WebSocket; resolves when the session has ended.
 *
 * @throws NotFoundError, InvalidInputError, UnsupportedError, ForbiddenError as long as nothing was sent.
 */
export async function serveStream(kind: StreamKind, stream: StreamRequest, context: StreamContext): Promise<void> {
  if (kind === 'portForward') await forward(stream, context);
  else await command(kind, stream, context);
}

async function command(kind: 'exec' | 'attach', stream: StreamRequest, context: StreamContext): Promise<void> {
  const { query, names } = stream;
  const options = parseStreamOptions(query);
  const containerName = names.at(-1) ?? '';
  const pod = findPod(names.slice(0, -1), context);
  checkContainer(pod, containerName);
  const target = { ...identityOf(pod), containerName, tty: options.tty };
  const run = runner(kind, { target, query }, context);
  const connect = await openChannels(stream, options);
  const id = sessionId();
  const session = {
    stdin: options.stdin,
    resize: options.tty,
    run: (streams: StreamSession): Promise<ExitStatus> => run(wanted(streams, options), id),
  };
  const logger = context.logger.child({ pod: identityOf(pod), container: containerName, session: id });
  await serveSession(connect, session, { signal: context.signal, sessionId: id, logger });
}

type Run = (streams: StreamSession, sessionId: string) => Promise<ExitStatus>;

/** @throws UnsupportedError, InvalidInputError before anything was sent. */
function runner(
  kind: 'exec' | 'attach',
  { target, query }: { readonly target: AttachRequest; readonly query: URLSearchParams },
  { api, signal }: StreamContext,
): Run {
  const method = api[kind];
  if (method === undefined) throw notOffered(kind);
  if (kind === 'attach') return (streams, id) => method.call(api, target as never, streams, { signal, sessionId: id });
  const words = query.getAll('command');
  if (words.length === 0) throw new InvalidInputError('you must specify at least 1 command', { field: 'command' });
  const request = { ...target, command: words };
  return (streams, id) => method.call(api, request, streams, { signal, sessionId: id });
}

/** Streams that the client did not ask for are read and dropped. */
function wanted(streams: StreamSession, { stdout, stderr, tty }: StreamOptions): StreamSession {
  const drop = (): Promise<void> => Promise.resolve();
  return {
    ...streams,
    stdout: stdout ? streams.stdout : drop,
    stderr: stderr || tty ? streams.stderr : drop,
  };
}

async function openChannels(
  { request, upgrade }: StreamRequest,
  options: StreamOptions,
): Promise<(listener: ChannelListener) => ChannelSocket> {
  if (upgrade === undefined) throw noUpgrade();
  if (asksForSpdy(request)) {
    acceptSpdy(request, upgrade, spdyCommandProtocol);
    const { stdin, stdout, stderr, tty } = options;
    return await openSpdyChannels(upgrade.socket, upgrade.head, { stdin, stdout, stderr, resize: tty });
  }
  const socket = await acceptWebSocket(request, upgrade, { protocols: commandProtocols });
  const open = socket.protocol === firstProtocol ? openFirstChannels : openChannelSocket;
  return (listener) => open(socket, listener);
}

async function forward(stream: StreamRequest, context: StreamContext): Promise<void> {
  const { api, signal, logger } = context;
  const pod = findPod(stream.names, context);
  const method = api.portForward?.bind(api);
  if (method === undefined) throw notOffered('portForward');
  const target = identityOf(pod);
  const serve = await openForward(stream);
  await serve({
    connect: (port, streams) => method({ ...target, port }, streams, { signal, sessionId: sessionId() }),
    signal,
    logger: logger.child({ pod: target }),
  });
}

/** Accepts the client's protocol; gives what speaks it. */
async function openForward(stream: StreamRequest): Promise<(context: PortForwardContext) => Promise<void>> {
  const { request, upgrade, query } = stream;
  if (upgrade === undefined) throw noUpgrade();
  if (asksForSpdy(request)) {
    acceptSpdy(request, upgrade, portForwardProtocol);
    return (context) => servePortForward(upgrade.socket, upgrade.head, context);
  }
  // Only who cannot tunnel has to name the ports.
  const ports = offersTunnel(request) ? [] : parsePorts(query);
  const socket = await acceptWebSocket(request, upgrade, { protocols: [tunnelProtocol, portChannelsProtocol] });
  if (socket.protocol === portChannelsProtocol)
    return (context) => servePortChannels((listener) => openChannelSocket(socket, listener), ports, context);
  socket.resume();
  return (context) => servePortForward(createWebSocketStream(socket), Buffer.alloc(0), context);
}

function offersTunnel({ headers }: IncomingMessage): boolean {
  return (headers['sec-websocket-protocol'] ?? '').includes(tunnelProtocol);
}

function findPod([namespace = '', name = '', uid]: readonly string[], { pods }: StreamContext): Pod {
  const pod = pods.get(namespace, name);
  if (pod === undefined || (uid !== undefined && pod.metadata?.uid !== uid)) {
    throw new NotFoundError(`pod ${JSON.stringify(name)} does not exist`);
  }
  return pod;
}

function checkContainer(pod: Pod, container: string): void {
  if (!containerNames(pod).includes(container))
    throw new NotFoundError(`container not found (${JSON.stringify(container)})`);
}

function identityOf({ metadata }: Pod): { namespace: string; podName: string; podUid: string } {
  return { namespace: metadata?.namespace ?? '', podName: metadata?.name ?? '', podUid: metadata?.uid ?? '' };
}

function notOffered(kind: StreamKind): UnsupportedError {
  return new UnsupportedError(`the backend of this node does not offer ${kind}`);
}

function noUpgrade(): InvalidInputError {
  return new InvalidInputError('unable to upgrade: ask for SPDY/3.1 or a WebSocket', { field: 'Upgrade' });
}
