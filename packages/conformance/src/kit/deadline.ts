import { setTimeout as delay } from 'node:timers/promises';

/** Time between two looks at what is polled, in milliseconds; grows, so that a slow backend is not asked all the time. */
const polls = { firstMilliseconds: 25, longestMilliseconds: 1000, factor: 1.5 };

/** Looks until there is an answer; undefined when the time is over. Rejects with the signal's reason. */
export async function poll<T>(
  look: () => Promise<T | undefined>,
  options: { readonly seconds: number; readonly signal: AbortSignal },
): Promise<T | undefined> {
  const end = Date.now() + options.seconds * 1000;
  let wait = polls.firstMilliseconds;
  for (;;) {
    options.signal.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() >= end) return undefined;
    await delay(Math.min(wait, end - Date.now()), undefined, { signal: options.signal }).catch(() => undefined);
    wait = Math.min(wait * polls.factor, polls.longestMilliseconds);
  }
}

/** The value of a call, or undefined when it takes longer. The call goes on; its later error is nobody's. */
export async function within<T>(call: Promise<T>, seconds: number): Promise<{ readonly value: T } | undefined> {
  const timer = new AbortController();
  const late = delay(seconds * 1000, undefined, { signal: timer.signal }).catch(() => undefined);
  call.catch(() => undefined);
  try {
    return await Promise.race([call.then((value) => ({ value })), late]);
  } finally {
    timer.abort();
  }
}
