import { ForbiddenError } from '@interlink/spec';
import type { Logger } from '@interlink/runtime';
import { formatAddress, isLocalAddress, type Address } from './parse-address.ts';
import type { ServerTls } from './server-tls.ts';

/** What decides whether an address may be opened. */
export interface Exposure {
  readonly address: Address;
  readonly asksForCredential: boolean;
  readonly tls?: ServerTls;
  readonly insecure?: boolean;
}

function requiresCertificate(tls: ServerTls | undefined): boolean {
  return tls?.caFile !== undefined && tls.clientCertificates !== 'accepted';
}

/**
 * Lets an address pass that only this machine can reach, or that is guarded by TLS and a credential.
 *
 * @throws ForbiddenError for another address, saying what to set, unless `insecure`: then the same is a warning.
 */
export function checkExposure(exposure: Exposure, logger: Logger): void {
  if (isLocalAddress(exposure.address)) return;
  const missing = [
    ...(exposure.address.scheme === 'https' ? [] : ['TLS (an https address with a certificate and key)']),
    ...(exposure.asksForCredential || requiresCertificate(exposure.tls)
      ? []
      : ['a credential (bearer tokens, or a CA file for client certificates)']),
  ];
  if (missing.length === 0) return;
  const address = formatAddress(exposure.address);
  if (exposure.insecure === true) {
    logger.warn({ address, missing }, 'listening on an address that others can reach without protection');
    return;
  }
  throw new ForbiddenError(
    `${address} can be reached from other machines and lacks ${missing.join(' and ')}: add what is missing, listen on 127.0.0.1 or a unix socket, or set "insecure" to accept it`,
  );
}
