import { X509Certificate } from 'node:crypto';

/** What a file of certificates is for. */
export type CertificateUse =
  'serving' | 'client' | 'kubernetes_client' | 'client_authority' | 'server_authority' | 'issuer_authority';

/** From when until when certificates are good, in milliseconds since 1970. */
export interface CertificateLife {
  readonly from: number;
  readonly until: number;
}

/** At the beginning of a line, as OpenSSL reads it. */
const certificatePattern = /^-----BEGIN CERTIFICATE-----[^]+?^-----END CERTIFICATE-----/gm;

/** Every certificate in a PEM text. */
export function splitCertificates(pem: string): readonly X509Certificate[] {
  return [...pem.matchAll(certificatePattern)].map(([text]) => new X509Certificate(text));
}

/**
 * The life of the certificates in a PEM text. A chain is good until the first of it ends; of authorities the last one counts, because old and new ones
 * stand together while they are exchanged. Undefined when there is none.
 */
export function certificateLife(pem: string, use: CertificateUse): CertificateLife | undefined {
  const isChain = use === 'serving' || use === 'client' || use === 'kubernetes_client';
  const lives = splitCertificates(pem)
    .map(({ validFrom, validTo }) => ({ from: Date.parse(validFrom), until: Date.parse(validTo) }))
    .toSorted((a, b) => a.until - b.until);
  return isChain ? lives[0] : lives.at(-1);
}
