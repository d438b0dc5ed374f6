import type { Plugin, PodStatus } from '@interlink/spec';

/** Hears of the ends of pods. */
export interface PodEnds extends AsyncDisposable {
  /** Resolves once the containers of all these pods have terminated. */
  reached(uids: readonly string[]): Promise<void>;
}

function hasEnded({ containers }: PodStatus): boolean {
  return (containers ?? []).length > 0 && (containers ?? []).every(({ state }) => state?.terminated !== undefined);
}

/** Listens to a plugin's events from the call on. */
export function watchEnds(plugin: Plugin): PodEnds {
  const stop = new AbortController();
  const ended = new Set<string>();
  let wake: () => void = () => undefined;
  const events = plugin.watch?.({ signal: stop.signal });
  if (events === undefined) throw new Error('the plugin has no events');
  const listening = (async () => {
    for await (const event of events) {
      if (!('UID' in event) || !hasEnded(event)) continue;
      ended.add(event.UID);
      wake();
    }
  })().catch((error: unknown) => {
    if (!stop.signal.aborted) throw error;
  });
  return {
    async reached(uids) {
      while (!uids.every((uid) => ended.has(uid))) await new Promise<void>((resolve) => (wake = resolve));
    },
    [Symbol.asyncDispose]: async () => {
      stop.abort(new Error('seen enough'));
      await listening;
    },
  };
}
