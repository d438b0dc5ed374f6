import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { silentLogger, type Logger } from '@interlink/runtime';
import { buildConnector } from 'undici';
import { InvalidInputError } from '@interlink/spec';
import type { PeerUrl } from './parse-peer-url.ts';
import type { RemoteTls } from './remote-options.ts';

const connectTimeoutMilliseconds = 10_000;

function filesOf(tls: RemoteTls): string[] {
  return [tls.caFile, tls.certFile, tls.keyFile].filter((file) => file !== undefined);
}

/** Changes when one of the files does. */
function fingerprint(tls: RemoteTls): string {
  return filesOf(tls)
    .map((file) => statSync(file))
    .map(({ mtimeMs, size, ino }) => `${mtimeMs}/${size}/${ino}`)
    .join(' ');
}

function tlsOptions(tls: RemoteTls): buildConnector.BuildOptions {
  return {
    ...(tls.caFile === undefined ? {} : { ca: readFileSync(tls.caFile) }),
    ...(tls.certFile === undefined ? {} : { cert: readFileSync(tls.certFile) }),
    ...(tls.keyFile === undefined ? {} : { key: readFileSync(tls.keyFile) }),
    rejectUnauthorized: tls.insecureSkipVerify !== true,
    minVersion: 'TLSv1.2',
  };
}

function checkTls(tls: RemoteTls): void {
  if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
    throw new InvalidInputError('a client certificate needs both a certificate file and a key file', { field: 'tls' });
  }
}

/** Judged before they are used: a key that is not the certificate's, or text that is no certificate. */
function renewed(tls: RemoteTls, base: buildConnector.BuildOptions): buildConnector.connector {
  const options = tlsOptions(tls);
  createSecureContext(options as SecureContextOptions);
  return buildConnector({ ...base, ...options });
}

/**
 * How connections to a peer are made: over its unix socket, or TCP, or TLS with files that are read again once they changed.
 *
 * @throws InvalidInputError when a certificate comes without its key.
 */
export function createConnector(
  url: PeerUrl,
  tls: RemoteTls = {},
  logger: Logger = silentLogger,
): buildConnector.connector {
  // The Go and Python peers speak HTTP/1.1 alone, and GET with a body is safest there.
  const base = { allowH2: false, timeout: connectTimeoutMilliseconds };
  if (url.socketPath !== undefined) return buildConnector({ ...base, socketPath: url.socketPath });
  checkTls(tls);
  let seen: string | undefined;
  let failed: string | undefined;
  const complain = (error: unknown): void => {
    if (failed === String(error)) return;
    failed = String(error);
    logger.error({ peer: url.text, err: error }, 'TLS files not reloaded: the old ones stay in use');
  };
  let connect: buildConnector.connector | undefined;
  return (options, callback) => {
    try {
      const now = fingerprint(tls);
      if (connect === undefined || now !== seen) connect = renewed(tls, base);
      seen = now;
    } catch (error) {
      // Files that do not fit together, half written maybe, leave the old ones in use; the next connection looks again.
      if (connect === undefined) {
        callback(error as Error, null);
        return;
      }
      complain(error);
    }
    connect(options, callback);
  };
}
