import { createPrivateKey, X509Certificate } from 'node:crypto';
import { servingCommonName, type ServingCertificate, type ServingIdentity } from './serving-certificate.ts';

/** Share of its life after which a certificate is replaced. */
const renewAfterShare = 0.8;

/** The moment, in milliseconds since 1970, at which a certificate should be replaced. */
export function renewalTime(certificate: string): number {
  const { validFrom, validTo } = new X509Certificate(certificate);
  const from = Date.parse(validFrom);
  return from + renewAfterShare * (Date.parse(validTo) - from);
}

/** Whether a kept certificate can be used now: it belongs to its key and to this node at its present addresses, and is not due for renewal. */
export function isUsable(
  { certificate, privateKey }: ServingCertificate,
  identity: ServingIdentity,
  now: number,
): boolean {
  try {
    const parsed = new X509Certificate(certificate);
    return (
      parsed.checkPrivateKey(createPrivateKey(privateKey)) &&
      parsed.subject.split('\n').includes(`CN=${servingCommonName(identity.nodeName)}`) &&
      identity.ipAddresses.every((address) => parsed.checkIP(address) !== undefined) &&
      identity.dnsNames.every((name) => parsed.checkHost(name) !== undefined) &&
      Date.parse(parsed.validFrom) <= now &&
      now < renewalTime(certificate)
    );
  } catch {
    // What cannot be parsed is of no use; a new certificate replaces it.
    return false;
  }
}
