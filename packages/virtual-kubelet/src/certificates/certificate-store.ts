import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { ServingCertificate } from './serving-certificate.ts';

/** Keeps one certificate with its key on disk. */
export interface CertificateStore {
  /** What was saved last; undefined when there is nothing readable. */
  load(): Promise<ServingCertificate | undefined>;
  /** Replaces what is kept, at once or not at all. */
  save(certificate: ServingCertificate): Promise<void>;
}

const fileName = 'kubelet-serving.pem';
const keyBegin = '-----BEGIN PRIVATE KEY-----';

/** A store in a directory (0700), as one file (0600) with certificates first and the key last. */
export function createCertificateStore(directory: string): CertificateStore {
  const file = join(directory, fileName);
  return {
    async load() {
      const text = await readFile(file, 'utf8').catch(() => '');
      const key = text.indexOf(keyBegin);
      return key <= 0 ? undefined : { certificate: text.slice(0, key), privateKey: text.slice(key) };
    },
    async save({ certificate, privateKey }) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const temporary = `${file}.${process.pid}.new`;
      const handle = await open(temporary, 'w', 0o600);
      try {
        await handle.writeFile(`${certificate.trimEnd()}\n${privateKey}`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(temporary, file);
    },
  };
}
