/** What {@link settleWithin} gives when the time is over. */
export const late = Symbol('late');

/** The promise's result, or {@link late} after the time. The promise goes on and may be waited for again. */
export async function settleWithin<T>(promise: Promise<T>, milliseconds: number): Promise<T | typeof late> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<typeof late>((resolve) => {
    timer = setTimeout(resolve, milliseconds, late);
  });
  try {
    return await Promise.race([promise, over]);
  } finally {
    clearTimeout(timer);
  }
}
