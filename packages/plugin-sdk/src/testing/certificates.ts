import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
  type X509Certificate,
} from '@peculiar/x509';

/** A certificate with its key, as files. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority of one test. */
export interface TestAuthority {
  readonly caFile: string;
  /** Issues a certificate for `localhost` and 127.0.0.1 and writes it; the same name again replaces the files. */
  issue(name: string): Promise<CertificateFiles>;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMilliseconds = 86_400_000;
const keyUsages: webcrypto.KeyUsage[] = ['sign', 'verify'];

function validity(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - dayMilliseconds), notAfter: new Date(Date.now() + dayMilliseconds) };
}

async function writeKey(path: string, key: webcrypto.CryptoKey): Promise<void> {
  const raw = await webcrypto.subtle.exportKey('pkcs8', key);
  await writeFile(path, PemConverter.encode(raw, 'PRIVATE KEY'), { mode: 0o600 });
}

/** Makes an authority whose files are in the directory. */
export async function createAuthority(directory: string, name = 'ca'): Promise<TestAuthority> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, keyUsages);
  const ca: X509Certificate = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    ...validity(),
    keys: keys as never,
    signingAlgorithm: algorithm,
    extensions: [new BasicConstraintsExtension(true, 1, true)],
  });
  const caFile = join(directory, `${name}.crt`);
  await writeFile(caFile, ca.toString('pem'));

  async function issue(subject: string): Promise<CertificateFiles> {
    const own = await webcrypto.subtle.generateKey(algorithm, true, keyUsages);
    const alternatives = new SubjectAlternativeNameExtension([
      { type: 'dns', value: 'localhost' },
      { type: 'ip', value: '127.0.0.1' },
    ]);
    const certificate = await X509CertificateGenerator.create({
      subject: `CN=${subject}`,
      issuer: ca.subject,
      ...validity(),
      signingKey: keys.privateKey as never,
      publicKey: own.publicKey as never,
      signingAlgorithm: algorithm,
      extensions: [alternatives],
    });
    const files = { certFile: join(directory, `${subject}.crt`), keyFile: join(directory, `${subject}.key`) };
    await writeFile(files.certFile, certificate.toString('pem'));
    await writeKey(files.keyFile, own.privateKey);
    return files;
  }

  return { caFile, issue };
}
