import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** The arguments of every process of the machine, seen again and again. */
export interface ArgumentWatch extends AsyncDisposable {
  /** Every different list of arguments seen so far. */
  readonly seen: ReadonlySet<string>;
}

const pauseMilliseconds = 20;

async function look(seen: Set<string>): Promise<void> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const texts = await Promise.all(processes.map((id) => readFile(`/proc/${id}/cmdline`, 'latin1').catch(() => '')));
  for (const text of texts) seen.add(text);
}

/** Looks until it is disposed. */
export function watchArguments(): ArgumentWatch {
  const seen = new Set<string>();
  const stop = new AbortController();
  const looking = (async () => {
    while (!stop.signal.aborted) {
      await look(seen);
      await delay(pauseMilliseconds);
    }
  })();
  return {
    seen,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await looking;
    },
  };
}
