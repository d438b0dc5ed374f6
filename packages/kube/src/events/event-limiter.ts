/** Decides which events of an object are sent. */
export interface EventLimiter {
  /** Whether one more event of the object may be sent now. */
  allows(objectUid: string, now: number): boolean;
}

/** As the recorder of client-go: bursts of 25 for an object, then one in five minutes. */
const burst = 25;
const refillMilliseconds = 300_000;
const maximumObjects = 10_000;

/** One bucket of tokens for each object; the object that was longest without an event is forgotten first. */
export function createEventLimiter(): EventLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    allows(objectUid, now) {
      const bucket = buckets.get(objectUid) ?? { tokens: burst, at: now };
      const tokens = Math.min(burst, bucket.tokens + (now - bucket.at) / refillMilliseconds);
      buckets.delete(objectUid);
      buckets.set(objectUid, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
      if (buckets.size > maximumObjects) buckets.delete(buckets.keys().next().value ?? '');
      return tokens >= 1;
    },
  };
}
