import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { PemConverter, Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from '@peculiar/x509';

/** Whom a certificate is for. */
export interface CertificateSubject {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly dnsNames: readonly string[];
}

/** A request to sign, with the key that stays here. */
export interface CertificateRequest {
  /** PKCS#10 in PEM. */
  readonly request: string;
  /** PKCS#8 in PEM. A secret. */
  readonly privateKey: string;
}

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };

/** A new ECDSA P-256 key and a request for it. */
export async function createCertificateRequest(subject: CertificateSubject): Promise<CertificateRequest> {
  const keys: webcrypto.CryptoKeyPair = await globalThis.crypto.subtle.generateKey(keyAlgorithm, true, [
    'sign',
    'verify',
  ]);
  const names = [
    ...subject.ipAddresses.map((value) => ({ type: 'ip' as const, value })),
    ...subject.dnsNames.map((value) => ({ type: 'dns' as const, value })),
  ];
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [...subject.organizations.map((value) => ({ O: [value] })), { CN: [subject.commonName] }],
    keys,
    signingAlgorithm,
    extensions: names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)],
  });
  const privateKey = PemConverter.encode(
    await globalThis.crypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  );
  return { request: request.toString('pem'), privateKey: `${privateKey}\n` };
}
