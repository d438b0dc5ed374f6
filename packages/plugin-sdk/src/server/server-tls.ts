import { readFile, stat } from 'node:fs/promises';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Server } from 'node:https';
import { InvalidInputError } from '@interlink/spec';
import { splitCertificates, type Logger } from '@interlink/runtime';
import { followPeers } from './known-peers.ts';

/** The certificate of a server. The files are read again when they change. */
export interface ServerTls {
  /** PEM, leaf first. */
  readonly certFile: string;
  /** PEM. */
  readonly keyFile: string;
  /** PEM. When given, every client must show a certificate that one of these signed. */
  readonly caFile?: string;
  /**
   * `accepted`: clients may come without a certificate, or with one that counts for nothing; then another credential must be asked for. Default
   * `required`.
   */
  readonly clientCertificates?: 'required' | 'accepted';
  /** How often the files are looked at, in seconds. Default 10. */
  readonly reloadSeconds?: number;
}

const defaultReloadSeconds = 10;
const millisecondsPerSecond = 1000;

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new InvalidInputError(`the TLS file ${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** An empty file, as in the middle of its replacement, would let nobody in. */
async function readAuthorities(path: string): Promise<Buffer> {
  const text = await read(path);
  if (splitCertificates(text.toString()).length === 0)
    throw new InvalidInputError(`the TLS file ${path} holds no certificate`);
  return text;
}

/** The files' contents. */
export async function readServerTls(tls: ServerTls): Promise<SecureContextOptions> {
  // One after the other: of several that cannot be read the first one is named.
  const cert = await read(tls.certFile);
  const key = await read(tls.keyFile);
  const ca = tls.caFile === undefined ? undefined : await readAuthorities(tls.caFile);
  return { cert, key, ...(ca === undefined ? {} : { ca }), minVersion: 'TLSv1.2' };
}

/** Changes when one of the files does. A file that is missing for the moment of its replacement counts as unchanged later. */
async function fingerprint(tls: ServerTls): Promise<string> {
  const paths = [tls.certFile, tls.keyFile, ...(tls.caFile === undefined ? [] : [tls.caFile])];
  const stats = await Promise.all(paths.map((path) => stat(path)));
  return stats.map(({ mtimeMs, size, ino }) => `${mtimeMs}/${size}/${ino}`).join(' ');
}

/**
 * Gives new connections the new certificate and authorities once the files have changed, and cuts those whose client certificate the new authorities judge otherwise. Files that do not fit together (half written) leave the
 * old one in place, with an error in the log, and are tried again.
 *
 * @returns stops looking.
 */
export async function reloadServerTls(server: Server, tls: ServerTls, logger: Logger): Promise<() => void> {
  const peers = followPeers(server);
  let seen = await fingerprint(tls);
  let authorities = tls.caFile === undefined ? undefined : (await readAuthorities(tls.caFile)).toString();
  let looking = false;
  let failed: string | undefined;
  const complain = (error: unknown): void => {
    // Once for each reason, not at every look.
    if (failed === String(error)) return;
    failed = String(error);
    logger.error({ certFile: tls.certFile, err: error }, 'certificate not reloaded: the old one stays in use');
  };
  const look = async (): Promise<void> => {
    const now = await fingerprint(tls);
    if (now === seen) return;
    const next = await readServerTls(tls);
    // Judged before the server takes them: files that do not fit leave the old ones in place.
    createSecureContext(next);
    server.setSecureContext(next);
    seen = now;
    const nextAuthorities = next.ca?.toString();
    if (nextAuthorities !== undefined && nextAuthorities !== authorities) peers.judgeAgain(nextAuthorities);
    authorities = nextAuthorities;
    failed = undefined;
    logger.info({ certFile: tls.certFile }, 'certificate reloaded');
  };
  const timer = setInterval(
    () => {
      if (looking) return;
      looking = true;
      look()
        .catch(complain)
        .finally(() => {
          looking = false;
        });
    },
    (tls.reloadSeconds ?? defaultReloadSeconds) * millisecondsPerSecond,
  );
  timer.unref();
  return () => clearInterval(timer);
}
