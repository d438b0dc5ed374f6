import { setTimeout as delay } from 'node:timers/promises';

/** The first value of `look` that satisfies `isRight`; fails with the last one after the deadline. */
export async function eventually<T>(
  look: () => T | Promise<T>,
  isRight: (value: T) => boolean = Boolean,
  deadlineSeconds = 60,
): Promise<T> {
  const end = Date.now() + deadlineSeconds * 1000;
  for (;;) {
    const value = await look();
    if (isRight(value)) return value;
    if (Date.now() > end) throw new Error(`not so after ${deadlineSeconds} s; last: ${JSON.stringify(value)}`);
    await delay(100);
  }
}
