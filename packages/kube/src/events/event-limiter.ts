/** Decides which events of a subject are sent. */
export interface EventLimiter {
  /** Whether one more event of the subject may be sent now. */
  allows(subject: string, now: number): boolean;
}

/** As the recorder of client-go: bursts of 25 for a subject, then one in five minutes. */
const burst = 25;
const refillMilliseconds = 300_000;
const maximumSubjects = 10_000;

/** One bucket of tokens for each subject; the one that was longest without an event is forgotten first. */
export function createEventLimiter(): EventLimiter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    allows(subject, now) {
      const bucket = buckets.get(subject) ?? { tokens: burst, at: now };
      const tokens = Math.min(burst, bucket.tokens + (now - bucket.at) / refillMilliseconds);
      buckets.delete(subject);
      buckets.set(subject, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
      if (buckets.size > maximumSubjects) buckets.delete(buckets.keys().next().value ?? '');
      return tokens >= 1;
    },
  };
}
