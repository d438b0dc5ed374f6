import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const lifetimeDays = 365;
const clockSkewMilliseconds = 5 * 60_000;

/** A certificate with its key, both PEM. */
export interface KeyedCertificate {
  readonly certificate: string;
  /** PKCS#8. */
  readonly privateKey: string;
}

/** What a certificate is to say. */
export interface CertificateRequest {
  readonly commonName: string;
  /** Groups of the user that a client certificate stands for. */
  readonly organizations?: readonly string[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly usages: readonly ('client' | 'server')[];
}

/** A certificate authority that lives as long as the process does; its key can be written down for a signer. */
export interface CertificateAuthority extends KeyedCertificate {
  issue(request: CertificateRequest): Promise<KeyedCertificate>;
}

function validity(): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  return {
    notBefore: new Date(now - clockSkewMilliseconds),
    notAfter: new Date(now + lifetimeDays * 24 * 3_600_000),
  };
}

async function createKeys(): Promise<webcrypto.CryptoKeyPair> {
  return globalThis.crypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
}

async function privateKeyPem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return `${x509.PemConverter.encode(await globalThis.crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')}\n`;
}

function subjectName(request: CertificateRequest): x509.JsonName {
  return [
    ...(request.organizations ?? []).map((organization) => ({ O: [organization] })),
    { CN: [request.commonName] },
  ];
}

function extensions(request: CertificateRequest): x509.Extension[] {
  const usages = request.usages.map((usage) => x509.ExtendedKeyUsage[usage === 'client' ? 'clientAuth' : 'serverAuth']);
  const names = [
    ...(request.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(request.ipAddresses ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension(usages),
    ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
  ];
}

/** Makes a certificate authority with a new key; everything it issues is valid for a year. */
export async function createCertificateAuthority(commonName: string): Promise<CertificateAuthority> {
  const keys = await createKeys();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity(),
    name: [{ CN: [commonName] }],
    keys,
    signingAlgorithm: keyAlgorithm,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature, true),
    ],
  });
  const issue = async (request: CertificateRequest): Promise<KeyedCertificate> => {
    const subjectKeys = await createKeys();
    const certificate = await x509.X509CertificateGenerator.create({
      ...validity(),
      subject: subjectName(request),
      issuer: root.subjectName,
      publicKey: subjectKeys.publicKey,
      signingKey: keys.privateKey,
      signingAlgorithm: keyAlgorithm,
      extensions: extensions(request),
    });
    return { certificate: `${certificate.toString('pem')}\n`, privateKey: await privateKeyPem(subjectKeys) };
  };
  return { certificate: `${root.toString('pem')}\n`, privateKey: await privateKeyPem(keys), issue };
}
