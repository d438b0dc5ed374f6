import 'reflect-metadata';
import { randomBytes, type webcrypto } from 'node:crypto';
import {
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { servingCommonName, type ServingCertificate, type ServingIdentity } from './serving-certificate.ts';

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const clockSkewMilliseconds = 5 * 60_000;
/** One year. */
export const selfSignedLifeMilliseconds = 365 * 24 * 3_600_000;

/** A certificate that nobody vouches for, valid for a year from `now` (milliseconds since 1970). */
export async function createSelfSignedCertificate(identity: ServingIdentity, now: number): Promise<ServingCertificate> {
  const keys: webcrypto.CryptoKeyPair = await globalThis.crypto.subtle.generateKey(keyAlgorithm, true, [
    'sign',
    'verify',
  ]);
  const names = [
    ...identity.ipAddresses.map((value) => ({ type: 'ip' as const, value })),
    ...identity.dnsNames.map((value) => ({ type: 'dns' as const, value })),
  ];
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(8).toString('hex'),
    name: [{ O: ['interlink'] }, { CN: [servingCommonName(identity.nodeName)] }],
    notBefore: new Date(now - clockSkewMilliseconds),
    notAfter: new Date(now + selfSignedLifeMilliseconds),
    keys,
    signingAlgorithm: keyAlgorithm,
    extensions: [
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      ...(names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)]),
    ],
  });
  const privateKey = PemConverter.encode(
    await globalThis.crypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  );
  return { certificate: certificate.toString('pem'), privateKey: `${privateKey}\n` };
}
