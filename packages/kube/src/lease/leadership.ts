import { UnavailableError } from '@interlink/spec';

/** The right to act, until the lease might be somebody else's. */
export interface Leadership {
  /** Aborts when the right is lost. A timer does it, so it may come late: before a write use {@link Leadership.check}. */
  readonly signal: AbortSignal;
  /**
   * Asks the clocks, not a timer: right also in the first moment after the process was paused. Once lost, lost for good.
   *
   * @throws UnavailableError when the right is lost.
   */
  check(): void;
}

/** Time as two clocks have it. */
export interface Instant {
  /** Does not jump, but may stand still while the machine is suspended. */
  readonly monotonicMilliseconds: number;
  /** Goes on while the machine is suspended, but may jump. */
  readonly wallMilliseconds: number;
}

/** A {@link Leadership} for whoever renews it. */
export interface RenewableLeadership extends Leadership {
  /** The lease was renewed by a request that was begun at this time. */
  renewed(startedAt: Instant): void;
  /** Gives the right up. */
  lose(reason: string): void;
  /** Time until the right is lost without another renewal; 0 when it is lost. */
  remainingMilliseconds(): number;
}

/** What {@link createLeadership} needs. */
export interface LeadershipOptions {
  /** When the request that took the lease was begun. */
  readonly since: Instant;
  /** Must be shorter than the lease lasts. */
  readonly renewDeadlineMilliseconds: number;
  readonly now: () => Instant;
}

/** The time between two instants; of the two clocks the one that saw more time pass is believed, because that one errs on the safe side. */
export function elapsedMilliseconds(from: Instant, to: Instant): number {
  return Math.max(to.monotonicMilliseconds - from.monotonicMilliseconds, to.wallMilliseconds - from.wallMilliseconds);
}

/** A right that was just obtained. */
export function createLeadership({ since, renewDeadlineMilliseconds, now }: LeadershipOptions): RenewableLeadership {
  const lost = new AbortController();
  let renewedAt = since;

  function lose(reason: string): void {
    lost.abort(new UnavailableError(`this replica does not lead any more: ${reason}`));
  }

  function remainingMilliseconds(): number {
    if (lost.signal.aborted) return 0;
    const left = renewDeadlineMilliseconds - elapsedMilliseconds(renewedAt, now());
    if (left <= 0) lose('the lease was not renewed in time');
    return Math.max(left, 0);
  }

  return {
    signal: lost.signal,
    check() {
      if (remainingMilliseconds() === 0) throw lost.signal.reason as Error;
    },
    renewed(startedAt) {
      // A renewal that comes to light after the deadline does not bring the right back: work may have been dropped.
      if (remainingMilliseconds() > 0) renewedAt = startedAt;
    },
    lose,
    remainingMilliseconds,
  };
}
