import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions as HttpOptions,
} from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import {
  ConflictError,
  InvalidInputError,
  isInterLinkError,
  UnavailableError,
  type InterLinkError,
} from '@interlink/spec';
import type { Logger } from '@interlink/runtime';
import { checkExposure } from './check-exposure.ts';
import { formatAddress, parseAddress, type Address } from './parse-address.ts';
import { readServerTls, reloadServerTls, type ServerTls } from './server-tls.ts';
import { listenOnSocket } from './unix-socket.ts';
import { asksForWebSocket, routeUpgrade } from './upgrade-requests.ts';
import { wireAppFacts } from './wire-app-facts.ts';

export type { ServerTls } from './server-tls.ts';

/** Where and how a server listens. */
export interface ListenOptions {
  /** `unix:///path`, `http://127.0.0.1:3000` or `https://…`; port 0 takes a free one. */
  readonly address: string;
  /** Needed for `https`, refused for the others. */
  readonly tls?: ServerTls;
  /** True: take an address that others can reach without TLS and a credential, with a warning. Default false. */
  readonly insecure?: boolean;
  /** How long requests may go on once the server closes. Default 5. */
  readonly closeSeconds?: number;
}

/** A server that listens. Disposing it closes it in order. */
export interface Listener extends AsyncDisposable {
  /** As given, with the port that was taken. */
  readonly address: string;
}

const defaultCloseSeconds = 5;
const millisecondsPerSecond = 1000;
const idleSweepMilliseconds = 50;

const limits: HttpOptions = {
  headersTimeout: 10_000,
  // The time to receive a request, not to answer it: long streams are not cut.
  requestTimeout: 120_000,
  // Longer than the Go virtual kubelet's 120 s, so that it never writes to a connection that this end is closing.
  keepAliveTimeout: 125_000,
  connectionsCheckingInterval: 5000,
  // The words of a command are in the URL of an exec; Linux takes 128 KiB for one of them.
  maxHeaderSize: 512 * 1024,
  shouldUpgradeCallback: asksForWebSocket,
};

async function createServer(
  address: Address,
  tls: ServerTls | undefined,
  handler: RequestListener,
): Promise<Server | HttpsServer> {
  if (address.scheme !== 'https') {
    if (tls !== undefined) throw new InvalidInputError('TLS files are given, but the address is not https');
    return createHttpServer(limits, handler);
  }
  if (tls === undefined) throw new InvalidInputError('an https address needs a certificate file and a key file');
  const context = await readServerTls(tls);
  const requestCert = tls.caFile !== undefined;
  const askForCertificate = { requestCert, rejectUnauthorized: requestCert && tls.clientCertificates !== 'accepted' };
  try {
    return createHttpsServer({ ...limits, ...context, ...askForCertificate }, handler);
  } catch (error) {
    throw new InvalidInputError(`the certificate ${tls.certFile} and key ${tls.keyFile} cannot be used`, {
      cause: error,
    });
  }
}

function translateListenError(error: unknown, address: Address): InterLinkError {
  if (isInterLinkError(error)) return error;
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
  const text = formatAddress(address);
  if (code === 'EADDRINUSE') return new ConflictError(`${text} is in use by another process`, { cause: error });
  if (code === 'ENOENT') return new InvalidInputError(`the directory of ${text} does not exist`, { cause: error });
  return new UnavailableError(`cannot listen on ${text}: ${code}`, { cause: error, details: { code } });
}

interface Bound {
  readonly address: Address;
  /** Takes a unix socket's file away. */
  readonly unbind: () => Promise<void>;
}

async function bind(server: Server, address: Address): Promise<Bound> {
  try {
    if (address.scheme === 'unix') return { address, unbind: await listenOnSocket(server, address.path) };
    server.listen({ host: address.host, port: address.port });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return { address: { ...address, port }, unbind: () => Promise.resolve() };
  } catch (error) {
    throw translateListenError(error, address);
  }
}

async function close(app: FastifyInstance, server: Server, graceSeconds: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  const timer = setTimeout(() => {
    wireAppFacts(app)?.endRequests();
    server.closeAllConnections();
  }, graceSeconds * millisecondsPerSecond);
  // A connection that was busy when the server closed stays open for a next request that nobody should send.
  const sweep = setInterval(() => server.closeIdleConnections(), idleSweepMilliseconds);
  try {
    // Ends the endless streams and answers late requests on kept connections with 503.
    await app.close();
    await closed;
  } finally {
    clearTimeout(timer);
    clearInterval(sweep);
  }
}

/**
 * Makes a server of `buildWireApp` listen.
 *
 * @remarks A unix socket gets mode 0600 and replaces the socket of a process that is gone. An address that others can reach needs TLS
 * and a credential (bearer tokens or client certificates) unless `insecure` is set. Certificates are read again when their files change.
 * @throws InvalidInputError for an address or certificate that cannot be used, ForbiddenError for an exposed one, ConflictError for one in use.
 */
export async function listen(app: FastifyInstance, options: ListenOptions, logger: Logger): Promise<Listener> {
  const wanted = parseAddress(options.address);
  const asksForCredential = wireAppFacts(app)?.asksForCredential === true;
  checkExposure({ ...options, address: wanted, asksForCredential }, logger);
  await app.ready();
  const server = await createServer(wanted, options.tls, (request, response) => app.routing(request, response));
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    routeUpgrade(app, request, { socket, head }),
  );
  const { address, unbind } = await bind(server, wanted);
  const stopReloading =
    options.tls === undefined ? undefined : await reloadServerTls(server as HttpsServer, options.tls, logger);
  const text = formatAddress(address);
  logger.info({ address: text }, 'listening');
  let closing: Promise<void> | undefined;
  const dispose = async (): Promise<void> => {
    stopReloading?.();
    await unbind();
    await close(app, server, options.closeSeconds ?? defaultCloseSeconds);
    logger.info({ address: text }, 'closed');
  };
  return { address: text, [Symbol.asyncDispose]: () => (closing ??= dispose()) };
}
