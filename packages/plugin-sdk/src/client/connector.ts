import { readFileSync, statSync } from 'node:fs';
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

/**
 * How connections to a peer are made: over its unix socket, or TCP, or TLS with files that are read again once they changed.
 *
 * @throws InvalidInputError when a certificate comes without its key.
 */
export function createConnector(url: PeerUrl, tls: RemoteTls = {}): buildConnector.connector {
  // The Go and Python peers speak HTTP/1.1 alone, and GET with a body is safest there.
  const base = { allowH2: false, timeout: connectTimeoutMilliseconds };
  if (url.socketPath !== undefined) return buildConnector({ ...base, socketPath: url.socketPath });
  checkTls(tls);
  let seen: string | undefined;
  let connect: buildConnector.connector | undefined;
  return (options, callback) => {
    try {
      const now = fingerprint(tls);
      if (connect === undefined || now !== seen) connect = buildConnector({ ...base, ...tlsOptions(tls) });
      seen = now;
    } catch (error) {
      callback(error as Error, null);
      return;
    }
    connect(options, callback);
  };
}
