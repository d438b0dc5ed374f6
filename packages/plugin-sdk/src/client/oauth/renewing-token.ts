import { decodeJwt } from 'jose';
import { backoffDelayMilliseconds, type Clock, type Logger } from '@interlink/runtime';
import type { GrantedToken } from './request-token.ts';

/** A bearer token that is renewed before it expires. */
export interface RenewingToken {
  /** The token of this moment. Rejects while there is none. */
  token(): Promise<string>;
  /** Asks for another one because a server refused this one; resolves when it is there. */
  renew(refused: string): Promise<void>;
  /** The end of the token that was given last, in milliseconds since 1970; undefined before the first one. */
  expiresAt(): number | undefined;
}

/** What {@link createRenewingToken} works with. */
export interface RenewingContext {
  readonly logger: Logger;
  readonly clock: Clock;
}

interface Held {
  readonly value: string;
  /** By the clock that never jumps, as the two after it. */
  readonly grantedAt: number;
  readonly renewAt: number;
  readonly expiresAt: number;
  /** As the server or the token says, in milliseconds since 1970. */
  readonly endsAt: number;
}

const millisecondsPerSecond = 1000;
/** Where neither the server nor the token says it; the Python refresher renewed every 200 s. */
const assumedLifetimeSeconds = 300;
const renewAfterShare = 2 / 3;
/** The way to the server takes time. */
const spareMilliseconds = 5000;
/** A server that refuses every token must not make us ask for one at every call. */
const shortestBetweenRefusalsMilliseconds = 10_000;
const backoff = { initialMilliseconds: 1000, maximumMilliseconds: 60_000 };

/**
 * Keeps one token for all who ask. It is renewed once two thirds of its life are over, by one request at a time, with backoff after a failure; until it
 * expires the old one is given meanwhile.
 */
export function createRenewingToken(
  grant: () => Promise<GrantedToken>,
  { logger, clock }: RenewingContext,
): RenewingToken {
  let held: Held | undefined;
  let running: Promise<Held> | undefined;
  let failures = 0;
  let failure: unknown;
  let quietUntil = 0;

  async function ask(): Promise<Held> {
    try {
      held = hold(await grant(), clock);
      failures = 0;
      failure = undefined;
      return held;
    } catch (error) {
      quietUntil = clock.monotonic() + backoffDelayMilliseconds(failures, backoff);
      failures += 1;
      failure = error;
      logger.warn({ err: error, failures }, 'the access token could not be renewed');
      throw error;
    }
  }

  function renewNow(): Promise<Held> {
    running ??= ask().finally(() => {
      running = undefined;
    });
    return running;
  }

  return {
    async token() {
      const now = clock.monotonic();
      const mayAsk = failure === undefined || now >= quietUntil;
      if (held !== undefined && now < held.expiresAt) {
        if (now >= held.renewAt && mayAsk) renewNow().catch(() => undefined);
        return held.value;
      }
      if (!mayAsk) throw failure;
      return (await renewNow()).value;
    },
    async renew(refused) {
      if (held?.value !== refused) return;
      const now = clock.monotonic();
      if (now - held.grantedAt < shortestBetweenRefusalsMilliseconds || now < quietUntil) return;
      await renewNow();
    },
    expiresAt: () => held?.endsAt,
  };
}

function hold({ accessToken, lifetimeSeconds }: GrantedToken, clock: Clock): Held {
  const now = clock.monotonic();
  const lifetime =
    (lifetimeSeconds ?? lifetimeIn(accessToken, clock.now()) ?? assumedLifetimeSeconds) * millisecondsPerSecond;
  return {
    value: accessToken,
    grantedAt: now,
    renewAt: now + lifetime * renewAfterShare,
    endsAt: clock.now() + lifetime,
    expiresAt: now + Math.max(lifetime - spareMilliseconds, lifetime * renewAfterShare),
  };
}

/** What a signed token says of itself; undefined for another kind. */
function lifetimeIn(token: string, now: number): number | undefined {
  try {
    const { exp } = decodeJwt(token);
    return exp === undefined ? undefined : Math.max(0, exp - now / millisecondsPerSecond);
  } catch {
    return undefined;
  }
}
