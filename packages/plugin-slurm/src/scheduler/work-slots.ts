/** Lets so much work be under way at once; the rest waits its turn. */
export interface WorkSlots {
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** So many slots, given to whoever asked first. */
export function createWorkSlots(count: number): WorkSlots {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    async run(work) {
      if (free > 0) free -= 1;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await work();
      } finally {
        // Handed on, not freed: nobody who comes later can be faster.
        const next = waiting.shift();
        if (next) next();
        else free += 1;
      }
    },
  };
}
