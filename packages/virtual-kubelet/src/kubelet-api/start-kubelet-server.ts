import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { followPeers, openUpgradeResponse } from '@interlink/plugin-sdk';
import { listenOn, type Clock, type Metrics } from '@interlink/runtime';
import type { InterLinkApi, Node } from '@interlink/spec';
import { openCertificate, type CertificateKeeper, type KeeperContext } from '../certificates/certificate-keeper.ts';
import { createSelfSignedCertificate } from '../certificates/create-self-signed-certificate.ts';
import type { ServingCertificate, ServingIdentity } from '../certificates/serving-certificate.ts';
import type { KubeletSettings } from '../config/virtual-kubelet-config.ts';
import { createAuthenticator } from './authenticate.ts';
import { createAuthorizer } from './authorize.ts';
import { followClientAuthorities } from './client-authorities.ts';
import { buildConfigz } from './build-configz.ts';
import { createNodeStats } from './stats/node-stats.ts';
import { handleKubeletRequest, type KubeletExchange, type KubeletRequestContext } from './handle-kubelet-request.ts';

/** What {@link startKubeletServer} needs. */
export interface KubeletServerOptions
  extends KeeperContext, Omit<KubeletRequestContext, 'api' | 'authenticator' | 'authorizer' | 'stats' | 'configz'> {
  readonly settings: KubeletSettings;
  readonly api: KubeletRequestContext['api'] & Pick<InterLinkApi, 'stats'>;
  /** The Node object, once it is known. */
  readonly node: () => Node | undefined;
}

/** The kubelet API that listens. Disposing closes it; streams end. */
export interface KubeletServer extends AsyncDisposable {
  /** Port that was taken. */
  readonly port: number;
}

const limits = { headersTimeout: 10_000, requestTimeout: 120_000, keepAliveTimeout: 125_000 } as const;

/** A client of a session hears that it has ended. */
const sessionEndMilliseconds = 1500;

/**
 * The kubelet API over HTTPS, for callers that the cluster knows and lets.
 *
 * @throws ConflictError when the address is taken, ConfigError for certificate files that cannot be used.
 */
export async function startKubeletServer(options: KubeletServerOptions): Promise<KubeletServer> {
  const { settings, identity, logger } = options;
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const certificate = await openCertificate(settings.certificate, { ...options, signal });
  const context: KubeletRequestContext = {
    ...options,
    signal,
    authenticator: createAuthenticator(options),
    authorizer: createAuthorizer({ ...options, nodeName: identity.nodeName }),
    configz: () => buildConfigz(options.node()),
    stats: createNodeStats({ ...options, nodeName: identity.nodeName }),
  };
  const answer = (exchange: KubeletExchange): void => {
    handleKubeletRequest(exchange, context).catch((error: unknown) => {
      logger.error({ err: error }, 'kubelet request not answered');
      exchange.response.destroy();
    });
  };
  const server = createServer(
    { ...limits, requestCert: true, rejectUnauthorized: false, minVersion: 'TLSv1.2' },
    (request, response) => answer({ request, response }),
  );
  const upgraded = new Set<Duplex>();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgraded.add(socket);
    socket.once('close', () => upgraded.delete(socket));
    const upgrade = { socket, head };
    answer({ request, response: openUpgradeResponse(request, upgrade), upgrade });
  });
  server.on('tlsClientError', (error) => logger.debug({ err: error }, 'tls handshake failed'));
  const { ended } = await keepSecureContext(server, certificate, { ...options, signal });
  const port = await listenOn(server, settings, 'the kubelet API');
  logger.info({ host: settings.host, port, certificate: settings.certificate.kind }, 'kubelet api listens');
  return {
    port,
    async [Symbol.asyncDispose]() {
      stop.abort();
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await endUpgraded(upgraded);
      await Promise.all([closed, ended]);
    },
  };
}

/** The abort has asked the sessions to end; connections that are still there after a moment are cut. */
async function endUpgraded(sockets: ReadonlySet<Duplex>): Promise<void> {
  const timer = setTimeout(() => {
    for (const socket of sockets) socket.destroy();
  }, sessionEndMilliseconds);
  const open = [...sockets].filter((socket) => !socket.destroyed);
  await Promise.all(open.map((socket) => once(socket, 'close')));
  clearTimeout(timer);
}

/** Puts certificate and client authorities into the server, now and whenever they change. `ended` resolves after the signal. */
async function keepSecureContext(
  server: Server,
  keeper: CertificateKeeper,
  options: KubeletServerOptions,
): Promise<{ readonly ended: Promise<unknown> }> {
  const peers = followPeers(server);
  let serving = keeper.first;
  // Without authorities OpenSSL would believe those of the system. Nobody has the key of this one.
  let authorities = await nobodysAuthority(options.identity, options.clock);
  const nobody = authorities;
  const apply = (): boolean => {
    try {
      server.setSecureContext({
        cert: serving.certificate,
        key: serving.privateKey,
        ca: authorities,
        minVersion: 'TLSv1.2',
      });
      noteExpiry(serving, options.metrics);
      return true;
    } catch (error) {
      options.logger.error({ err: error }, 'certificate or client authorities cannot be used, the last ones stay');
      return false;
    }
  };
  apply();
  const certificates = keeper.follow((next) => {
    serving = next;
    apply();
  });
  const clients = followClientAuthorities({ ...options, file: options.settings.clientCaFile }, (next) => {
    authorities = next.includes('-----BEGIN CERTIFICATE-----') ? next : nobody;
    if (apply()) peers.judgeAgain(authorities);
  });
  const ended = Promise.all([certificates, clients]).catch((error: unknown) => {
    options.logger.error({ err: error }, 'certificate or client authorities are no longer followed');
  });
  return { ended };
}

function noteExpiry({ certificate }: ServingCertificate, metrics: Metrics): void {
  const name = 'interlink_serving_certificate_expiry_timestamp_seconds';
  const expiry = Date.parse(new X509Certificate(certificate).validTo) / 1000;
  metrics.gauge(name, 'When the serving certificate of the kubelet API ends.').set(expiry);
}

async function nobodysAuthority(identity: ServingIdentity, clock: Clock): Promise<string> {
  return (await createSelfSignedCertificate({ ...identity, nodeName: 'nobody' }, clock.now())).certificate;
}
