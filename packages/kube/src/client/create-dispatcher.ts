import { EnvHttpProxyAgent, type Dispatcher } from 'undici';
import type { KubeCredentials } from './kube-credentials.ts';

/** Connections to one API server that requests share. Watches have their own, one each: fifty nodes must not wait for each other. */
const maximumConnections = { requests: 32, background: 4, streams: null } as const;
const connectTimeoutMilliseconds = 10_000;
/** Shorter than the idle time-outs of API servers and load balancers, so that no request meets a closing connection. */
const keepAliveMilliseconds = 30_000;

/** What a pool is for. */
export type DispatcherUse = keyof typeof maximumConnections;

/**
 * One pool of HTTP/1.1 connections to an API server, through the proxy of the cluster entry or of the environment.
 *
 * @remarks HTTP/2 would put every watch and request on one TCP connection, where one lost connection is the loss of all.
 */
export function createDispatcher(credentials: KubeCredentials, use: DispatcherUse): Dispatcher {
  const tls = { ...credentials.tls, keepAlive: true, keepAliveInitialDelay: keepAliveMilliseconds };
  return new EnvHttpProxyAgent({
    connections: maximumConnections[use],
    pipelining: 1,
    allowH2: false,
    keepAliveTimeout: keepAliveMilliseconds,
    connect: { ...tls, timeout: connectTimeoutMilliseconds },
    requestTls: tls,
    ...(credentials.proxyUrl === undefined
      ? {}
      : { httpProxy: credentials.proxyUrl, httpsProxy: credentials.proxyUrl, noProxy: '' }),
  });
}
