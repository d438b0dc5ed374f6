import { isDeepStrictEqual } from 'node:util';
import type { Clock, Logger } from '@interlink/runtime';
import type { Dispatcher } from 'undici';
import { createDispatcher } from './create-dispatcher.ts';
import type { CredentialsSource, KubeCredentials } from './kube-credentials.ts';

/** Tokens and certificates on disk are read again after this time, as client-go does. */
const credentialsMaximumAgeMilliseconds = 60_000;

/** The pools in use and what goes with each request on them. */
export interface Connection {
  /** For requests. */
  readonly dispatcher: Dispatcher;
  /** For requests that keep no other waiting. */
  readonly background: Dispatcher;
  /** For streams, which hold a connection each. */
  readonly streams: Dispatcher;
  readonly credentials: KubeCredentials;
}

/** Keeps the pools of one TLS identity. */
export interface ConnectionKeeper extends AsyncDisposable {
  /** What the last {@link ConnectionKeeper.current} gave; nothing is read. */
  credentials(): KubeCredentials;
  /** The pools with fresh credentials. `force` reads them again, after the API server refused the present ones. */
  current(options?: { readonly force?: boolean }): Promise<Connection>;
}

/** What {@link createConnectionKeeper} needs. */
export interface ConnectionKeeperOptions {
  readonly source: CredentialsSource;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Loads credentials once a minute; a changed certificate gets a new pool, while the old one ends what it has begun. */
export async function createConnectionKeeper({
  source,
  clock,
  logger,
}: ConnectionKeeperOptions): Promise<ConnectionKeeper> {
  let loadedAt = clock.monotonic();
  let connection = await open(source);
  let reloading: Promise<Connection> | undefined;

  async function reload(refused: boolean): Promise<Connection> {
    const credentials = await source({ refused });
    loadedAt = clock.monotonic();
    const { dispatcher, background, streams, credentials: previous } = connection;
    if (isDeepStrictEqual([credentials.tls, credentials.proxyUrl], [previous.tls, previous.proxyUrl])) {
      connection = { dispatcher, background, streams, credentials };
      return connection;
    }
    connection = connect(credentials);
    logger.info({ server: credentials.server }, 'client certificate or CA of the API server changed');
    // Closing waits for running requests, long watches too, so nobody waits for it here.
    Promise.all([dispatcher, background, streams].map((pool) => pool.close())).catch((error: unknown) =>
      logger.warn({ err: error }, 'old connections could not be closed'),
    );
    return connection;
  }

  async function reloadOnce(refused: boolean): Promise<Connection> {
    reloading ??= reload(refused).finally(() => (reloading = undefined));
    return await reloading;
  }

  return {
    credentials: () => connection.credentials,
    async current({ force = false } = {}) {
      if (force) return await reloadOnce(true);
      if (clock.monotonic() - loadedAt < credentialsMaximumAgeMilliseconds) return connection;
      try {
        return await reloadOnce(false);
      } catch (error) {
        // A file caught in the middle of its rotation: the present credentials are most likely still good.
        logger.warn({ err: error }, 'credentials could not be read again');
        return connection;
      }
    },
    async [Symbol.asyncDispose]() {
      const { dispatcher, background, streams } = connection;
      await Promise.all([dispatcher, background, streams].map((pool) => pool.destroy()));
    },
  };
}

async function open(source: CredentialsSource): Promise<Connection> {
  return connect(await source());
}

function connect(credentials: KubeCredentials): Connection {
  return {
    dispatcher: createDispatcher(credentials, 'requests'),
    background: createDispatcher(credentials, 'background'),
    streams: createDispatcher(credentials, 'streams'),
    credentials,
  };
}
