import { readFile } from 'node:fs/promises';
import {
  createOAuthToken,
  createRemoteInterLink,
  measureToken,
  type MeasuredToken,
  type RemoteTls,
} from '@interlink/plugin-sdk';
import { ConfigError, type Logger, type Metrics } from '@interlink/runtime';
import { UnavailableError, type InterLinkApi } from '@interlink/spec';
import type { InterLinkConnection } from './config/virtual-kubelet-config.ts';

/** What {@link connectInterLink} needs besides the connection. */
export interface InterLinkContext {
  readonly logger: Logger;
  /** Gets the end of the token. */
  readonly metrics: Metrics;
  /** Throws when creates and deletes may not go out any more. */
  readonly fence?: (() => void) | undefined;
}

/**
 * The interLink API behind a URL. The token file is read again for each call and may be missing for a while, as next to a refresher that starts later;
 * calls are refused as long.
 *
 * @throws ConfigError for TLS files that cannot be used, InvalidInputError for the URL.
 */
export async function connectInterLink(
  connection: InterLinkConnection,
  { logger, metrics, fence }: InterLinkContext,
): Promise<InterLinkApi> {
  const { url, tls } = connection;
  if (tls !== undefined) await checkTlsFiles(tls);
  const token = measureToken(tokenOf(connection, logger), metrics);
  return createRemoteInterLink({
    ...{ url, logger, name: 'interlink', ...token },
    ...(tls === undefined ? {} : { tls }),
    ...(fence === undefined ? {} : { beforeChange: fence }),
  });
}

function tokenOf({ tokenFile, oauth }: InterLinkConnection, logger: Logger): MeasuredToken {
  if (oauth !== undefined) {
    const source = createOAuthToken(oauth, { logger });
    return {
      token: () => source.token(),
      renewToken: (refused) => source.renew(refused),
      expiresAt: () => source.expiresAt(),
    };
  }
  return tokenFile === undefined ? {} : { token: () => readToken(tokenFile) };
}

async function readToken(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UnavailableError(`the token file ${file} cannot be read`, { cause: error });
  }
}

async function checkTlsFiles({ caFile, certFile, keyFile }: RemoteTls): Promise<void> {
  for (const file of [caFile, certFile, keyFile]) {
    if (file === undefined) continue;
    const text = await readFile(file, 'latin1').catch((error: unknown) => {
      throw new ConfigError(`the TLS file ${file} cannot be read`, { cause: error });
    });
    // The Go virtual kubelet wanted HTTP.CaCert in DER.
    if (!text.includes('-----BEGIN ')) {
      throw new ConfigError(
        `the TLS file ${file} is not PEM; from DER: openssl x509 -inform der -in ${file} -out ${file}.pem`,
      );
    }
  }
}
