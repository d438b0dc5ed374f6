import type { Clock } from '@interlink/runtime';
import { ConflictError } from '@interlink/spec';
import type { KubeClient } from '../client/kube-client.ts';
import { hasStatus } from '../client/map-kube-error.ts';
import type { Lease, LeaseSpec } from './lease.ts';
import { createLeaseObject } from './lease-object.ts';
import { elapsedMilliseconds, type Instant } from './leadership.ts';
import { microTime } from './micro-time.ts';

/** What {@link createLeaseCandidate} needs. */
export interface LeaseCandidateOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  /** Unique for each process. */
  readonly identity: string;
  readonly leaseDurationSeconds: number;
  /** Longest wait for one answer. */
  readonly timeoutSeconds: number;
  readonly clock: Clock;
  readonly now: () => Instant;
}

/** One that wants a lease. Errors are those of the client. */
export interface LeaseCandidate {
  /** Takes the lease if it is free; true once it is ours. */
  take(signal: AbortSignal): Promise<boolean>;
  /**
   * Renews the lease.
   *
   * @throws ConflictError when somebody else holds it.
   */
  renew(signal: AbortSignal): Promise<void>;
  /** Lets go of the lease, so that another replica need not wait. */
  release(): Promise<void>;
  /** Who holds the lease as last seen; undefined: nobody. */
  holder(): string | undefined;
}

interface Observation {
  readonly what: string;
  readonly since: Instant;
}

/**
 * A candidate. Whether a lease has run out is told by how long it did not change while this process watched, never by the times that are written in it:
 * clocks of two machines differ.
 */
export function createLeaseCandidate(options: LeaseCandidateOptions): LeaseCandidate {
  const { identity, name, now } = options;
  const object = createLeaseObject(options);
  let lease: Lease | undefined;
  let observed: Observation | undefined;

  function observe(next: Lease | undefined): void {
    lease = next;
    const what = JSON.stringify([next?.metadata.resourceVersion, next?.spec?.renewTime]);
    if (observed?.what !== what) observed = { what, since: now() };
  }

  function isFree(): boolean {
    const { holderIdentity, leaseDurationSeconds = 0 } = lease?.spec ?? {};
    if (isNobody(holderIdentity) || holderIdentity === identity) return true;
    const patienceSeconds = Math.max(leaseDurationSeconds, options.leaseDurationSeconds);
    return observed !== undefined && elapsedMilliseconds(observed.since, now()) > patienceSeconds * 1000;
  }

  async function claim(signal: AbortSignal): Promise<void> {
    observe(await object.write(lease, claimedSpec(lease, options), signal));
  }

  function requireOurs(): void {
    const holder = lease?.spec?.holderIdentity;
    if (lease !== undefined && holder !== identity)
      throw new ConflictError(`${isNobody(holder) ? 'nobody' : holder} holds the lease ${name}`);
  }

  return {
    async take(signal) {
      observe(await object.read(signal));
      if (!isFree()) return false;
      try {
        await claim(signal);
        return true;
      } catch (error) {
        if (hasStatus(error, 409)) return false;
        throw error;
      }
    },
    async renew(signal) {
      try {
        await claim(signal);
      } catch (error) {
        if (!hasStatus(error, 409) && !hasStatus(error, 404)) throw error;
        observe(await object.read(signal));
        requireOurs();
        await claim(signal);
      }
    },
    async release() {
      requireOurs();
      const renewTime = microTime(new Date(options.clock.now()));
      // As client-go writes it: nobody, for a second.
      observe(await object.write(lease, { ...lease?.spec, holderIdentity: '', leaseDurationSeconds: 1, renewTime }));
    },
    holder: () => lease?.spec?.holderIdentity || undefined,
  };
}

/** What the lease says once it is ours, from what it says now. */
function claimedSpec(lease: Lease | undefined, options: LeaseCandidateOptions): LeaseSpec {
  const { identity, leaseDurationSeconds, clock } = options;
  const time = microTime(new Date(clock.now()));
  const isOurs = lease?.spec?.holderIdentity === identity;
  const leaseTransitions = lease === undefined ? 0 : (lease.spec?.leaseTransitions ?? 0) + 1;
  return {
    ...lease?.spec,
    holderIdentity: identity,
    leaseDurationSeconds,
    renewTime: time,
    ...(isOurs ? {} : { acquireTime: time, leaseTransitions }),
  };
}

function isNobody(holder: string | null | undefined): holder is '' | null | undefined {
  return holder === undefined || holder === null || holder === '';
}
