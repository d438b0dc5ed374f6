import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, type RemoteJWKSet } from 'jose';
import { UnavailableError } from '@interlink/spec';
import { backoffDelayMilliseconds, type Clock, type Logger } from '@interlink/runtime';
import type { IssuerClient } from './issuer-client.ts';

/** What {@link createIssuerKeys} works with. */
export interface IssuerKeysContext {
  readonly client: IssuerClient;
  /** For messages. */
  readonly issuer: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** A key that the issuer took back is refused after this time. */
const refreshMilliseconds = 600_000;
/** An issuer that is down does not lock everybody out at once; its keys do not count forever either. */
const longestWithoutIssuerMilliseconds = 86_400_000;
/** A token with an unknown key makes the keys be read again, but not more often. */
const cooldownMilliseconds = 10_000;
const backoff = { initialMilliseconds: 1000, maximumMilliseconds: 30_000 };

interface Fetched {
  readonly keys: RemoteJWKSet;
  readonly at: number;
}

/**
 * The keys of one issuer, found by discovery with the first token. They are read again every ten minutes, and for a token whose key is not known, which is
 * how rotated keys arrive. While the issuer cannot be reached the known keys count for a day.
 *
 * @throws UnavailableError while there are no keys; what `jose` throws for a token without a fitting key.
 */
export function createIssuerKeys({ client, issuer, logger, clock }: IssuerKeysContext): JWTVerifyGetKey {
  let fetched: Fetched | undefined;
  let running: Promise<Fetched> | undefined;
  let failures = 0;
  let quietUntil = 0;

  async function discover(): Promise<Fetched> {
    const keys = createRemoteJWKSet(await client.keysUrl(), {
      cacheMaxAge: Number.POSITIVE_INFINITY,
      // Time is ours to tell, and a new reading of the keys begins with discovery.
      cooldownDuration: Number.POSITIVE_INFINITY,
      [customFetch]: (url, options) => client.fetch(url, options),
    });
    await keys.reload();
    return { keys, at: clock.monotonic() };
  }

  /** Discovery too: the issuer may have moved its keys. */
  function refresh(): Promise<Fetched> {
    running ??= discover()
      .then(
        (fresh) => {
          failures = 0;
          fetched = fresh;
          return fresh;
        },
        (error: unknown) => {
          quietUntil = clock.monotonic() + backoffDelayMilliseconds(failures, backoff);
          failures += 1;
          logger.warn({ issuer, err: error }, 'the keys of the issuer cannot be read');
          throw new UnavailableError(`the keys of the issuer ${issuer} cannot be read`, { cause: error });
        },
      )
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  async function current(): Promise<Fetched> {
    const age = fetched === undefined ? Number.POSITIVE_INFINITY : clock.monotonic() - fetched.at;
    const isQuiet = clock.monotonic() < quietUntil;
    if (fetched !== undefined && age < longestWithoutIssuerMilliseconds) {
      if (age > refreshMilliseconds && !isQuiet) refresh().catch(() => undefined);
      return fetched;
    }
    if (isQuiet) throw new UnavailableError(`the keys of the issuer ${issuer} cannot be read`);
    return await refresh();
  }

  return async (header, token) => {
    const { keys, at } = await current();
    try {
      return await keys(header, token);
    } catch (error) {
      const mayBeNew = error instanceof errors.JWKSNoMatchingKey && clock.monotonic() - at > cooldownMilliseconds;
      if (!mayBeNew || clock.monotonic() < quietUntil) throw error;
      return await (await refresh()).keys(header, token);
    }
  };
}
