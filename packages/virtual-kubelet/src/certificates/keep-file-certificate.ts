import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigError } from '@interlink/runtime';
import type { CertificateKeeper, KeeperContext } from './certificate-keeper.ts';
import type { ServingCertificate } from './serving-certificate.ts';

/** Where certificate and key are. */
export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

const lookMilliseconds = 10_000;

/**
 * A certificate from files, which are looked at every 10 s. Files that do not fit together, as in the middle of a rotation, leave the last one in use.
 *
 * @throws ConfigError when the files cannot be used at the start.
 */
export async function keepFileCertificate(files: CertificateFiles, context: KeeperContext): Promise<CertificateKeeper> {
  const { clock, logger, signal } = context;
  const first = await readPair(files);
  return {
    first,
    async follow(use) {
      let current = first;
      while (!signal.aborted) {
        await clock.sleep(lookMilliseconds, { signal }).catch(() => undefined);
        try {
          const next = await readPair(files);
          if (next.certificate === current.certificate && next.privateKey === current.privateKey) continue;
          current = next;
          use(next);
          logger.info({ certFile: files.certFile }, 'serving certificate read again');
        } catch (error) {
          logger.warn({ err: error }, 'serving certificate not read again, the last one stays');
        }
      }
    },
  };
}

async function readPair({ certFile, keyFile }: CertificateFiles): Promise<ServingCertificate> {
  const [certificate, privateKey] = await Promise.all([readText(certFile), readText(keyFile)]);
  if (!fits(certificate, privateKey))
    throw new ConfigError(`the serving certificate ${certFile} and the key ${keyFile} do not belong together`);
  return { certificate, privateKey };
}

function fits(certificate: string, privateKey: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
  } catch {
    return false;
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`the file ${file} of the serving certificate cannot be read`, { cause: error });
  }
}
