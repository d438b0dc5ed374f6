import type { PodStatus, PodStatusEvent } from '@interlink/spec';
import { timestamp, type Engine } from './engine.ts';

const heartbeatMilliseconds = 10_000;

/**
 * Every change of a status from the call on, a heartbeat at once and in every silence. A slow reader gets the latest status of each pod, not every one.
 */
export function watchStatuses(engine: Engine, signal: AbortSignal | undefined): AsyncIterable<PodStatusEvent> {
  const ends = signal ? AbortSignal.any([signal, engine.signal]) : engine.signal;
  const pending = new Map<string, PodStatus>();
  let wake: () => void = () => undefined;
  // Subscribed at the call, not at the first read: nothing is missed between the two.
  const subscription = engine.pods.subscribe((status) => {
    pending.set(status.UID, status);
    wake();
  });
  ends.addEventListener('abort', () => subscription[Symbol.dispose](), { once: true });
  return generate();

  async function* generate(): AsyncGenerator<PodStatusEvent, void, undefined> {
    try {
      ends.throwIfAborted();
      yield { heartbeat: timestamp(engine.clock) };
      for (;;) {
        ends.throwIfAborted();
        const [next] = pending;
        if (next) {
          pending.delete(next[0]);
          yield next[1];
        } else if (!(await changeWithin(heartbeatMilliseconds))) {
          yield { heartbeat: timestamp(engine.clock) };
        }
      }
    } finally {
      subscription[Symbol.dispose]();
    }
  }

  function changeWithin(milliseconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isChange: boolean): void => {
        clearTimeout(timer);
        ends.removeEventListener('abort', changed);
        resolve(isChange);
      };
      const timer = setTimeout(() => settle(false), milliseconds);
      const changed = (): void => settle(true);
      wake = changed;
      ends.addEventListener('abort', changed, { once: true });
    });
  }
}
