import { systemClock, type Clock, type Logger } from '@interlink/runtime';
import { isInterLinkError } from '@interlink/spec';
import type { KubeClient } from '../client/kube-client.ts';
import { createLeadership, type Instant, type Leadership, type RenewableLeadership } from './leadership.ts';
import { createLeaseCandidate, type LeaseCandidate } from './lease-candidate.ts';

/** What {@link electLeader} needs. Times and defaults are those of client-go. */
export interface ElectLeaderOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Name of the lease: replicas that share it stand for the same office. */
  readonly name: string;
  /** Unique for each process, e.g. host name and a random part. */
  readonly identity: string;
  /** A lease that was not renewed for this long may be taken by another. Default 15. */
  readonly leaseDurationSeconds?: number | undefined;
  /** A leader that could not renew for this long stops. Shorter than the lease lasts. Default 10. */
  readonly renewDeadlineSeconds?: number | undefined;
  /** Time between two tries to take or renew; up to a fifth more by chance. Default 2. */
  readonly retryPeriodSeconds?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Milliseconds that never jump. Default: those of the clock. */
  readonly monotonicMilliseconds?: (() => number) | undefined;
  /** Random number in [0, 1). Default `Math.random`. */
  readonly random?: (() => number) | undefined;
  readonly logger: Logger;
  /** Told who leads now, whenever that changes; undefined: nobody. */
  readonly onLeader?: ((identity: string | undefined) => void) | undefined;
}

const jitter = 0.2;

/**
 * Stands for election until the signal aborts, and calls `lead` each time when this process is elected. `lead` ends soon after `leadership.signal` or
 * `signal` aborts; while it ends because of the latter, the lease is still renewed, and then given back.
 *
 * @remarks
 * The leader stops by its own clock before anybody may take over: it counts from the moment at which it began its last successful renewal, the others
 * from when they saw it.
 * @throws What `lead` throws, after the lease was given back.
 */
export async function electLeader(
  options: ElectLeaderOptions,
  lead: (leadership: Leadership) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const term = prepare(options);
  while (!signal.aborted) {
    const leadership = await campaign(term, signal);
    if (leadership === undefined) return;
    await rule(term, leadership, lead);
  }
}

interface Term {
  readonly candidate: LeaseCandidate;
  readonly now: () => Instant;
  readonly renewDeadlineMilliseconds: number;
  readonly sleepBetween: (signal: AbortSignal) => Promise<void>;
  readonly tellLeader: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

function prepare(options: ElectLeaderOptions): Term {
  const { clock = systemClock, random = Math.random, leaseDurationSeconds = 15, retryPeriodSeconds = 2 } = options;
  const { monotonicMilliseconds = () => clock.monotonic(), identity, renewDeadlineSeconds = 10 } = options;
  const now = (): Instant => ({
    monotonicMilliseconds: monotonicMilliseconds(),
    wallMilliseconds: clock.now(),
  });
  const logger = options.logger.child({ lease: options.name, identity });
  const timeoutSeconds = renewDeadlineSeconds / 2;
  const candidate = createLeaseCandidate({ ...options, leaseDurationSeconds, timeoutSeconds, clock, now });
  const between = (): number => retryPeriodSeconds * 1000 * (1 + jitter * random());
  let known: string | undefined;
  return {
    candidate,
    now,
    clock,
    logger,
    renewDeadlineMilliseconds: renewDeadlineSeconds * 1000,
    sleepBetween: (signal) => clock.sleep(between(), { signal }).catch(() => undefined),
    tellLeader() {
      const leader = candidate.holder();
      if (leader === known) return;
      known = leader;
      if (leader !== identity) logger.info({ leader }, 'standing by');
      options.onLeader?.(leader);
    },
  };
}

/** Tries until the lease is ours; undefined when the signal aborts first. */
async function campaign(term: Term, signal: AbortSignal): Promise<RenewableLeadership | undefined> {
  const { candidate, now, logger, renewDeadlineMilliseconds } = term;
  const isOver = (): boolean => signal.aborted;
  while (!isOver()) {
    const since = now();
    try {
      const taken = await candidate.take(signal);
      term.tellLeader();
      if (taken) return createLeadership({ since, renewDeadlineMilliseconds, now });
    } catch (error) {
      if (!isOver()) logger.warn({ err: error }, 'lease not taken, trying again');
    }
    await term.sleepBetween(signal);
  }
  return undefined;
}

async function rule(
  term: Term,
  leadership: RenewableLeadership,
  lead: (leadership: Leadership) => Promise<void>,
): Promise<void> {
  const over = new AbortController();
  const { candidate, logger } = term;
  logger.info({}, 'leading');
  const keeping = Promise.all([renew(term, leadership, over.signal), watchDeadline(term, leadership, over.signal)]);
  try {
    await lead(leadership);
  } finally {
    over.abort(new DOMException('the leadership is over', 'AbortError'));
    await keeping;
    const isOurs = leadership.remainingMilliseconds() > 0;
    leadership.lose('it ended');
    if (isOurs)
      await candidate.release().catch((error: unknown) => logger.warn({ err: error }, 'lease not given back'));
    term.tellLeader();
  }
}

async function renew(term: Term, leadership: RenewableLeadership, over: AbortSignal): Promise<void> {
  const { candidate, now, logger } = term;
  const signal = AbortSignal.any([over, leadership.signal]);
  const isOver = (): boolean => signal.aborted;
  for (;;) {
    await term.sleepBetween(signal);
    if (isOver()) return;
    const startedAt = now();
    try {
      await candidate.renew(signal);
      leadership.renewed(startedAt);
    } catch (error) {
      if (isOver()) return;
      logger.warn({ err: error }, 'lease not renewed');
      if (isInterLinkError(error) && error.code === 'ILK_CONFLICT') leadership.lose(error.message);
    }
  }
}

async function watchDeadline(term: Term, leadership: RenewableLeadership, over: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([over, leadership.signal]);
  for (let left = leadership.remainingMilliseconds(); left > 0 && !signal.aborted;) {
    await term.clock.sleep(left, { signal }).catch(() => undefined);
    left = leadership.remainingMilliseconds();
  }
  if (leadership.signal.aborted && !over.aborted)
    term.logger.error({ err: leadership.signal.reason as unknown }, 'leadership lost');
}
