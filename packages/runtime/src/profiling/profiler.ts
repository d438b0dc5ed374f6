import { Session } from 'node:inspector/promises';
import type { Readable } from 'node:stream';
import { getHeapSnapshot } from 'node:v8';
import { ConflictError, InvalidInputError } from '@interlink/spec';
import { systemClock, type Clock } from '../time/clock.ts';

/** Looks into this process. */
export interface Profiler {
  /**
   * Where the processor time goes, as Chrome's developer tools read it (`.cpuprofile`).
   *
   * @param seconds - 1 to {@link longestProfileSeconds}.
   * @throws InvalidInputError for another time, ConflictError while another profile or snapshot is taken, the signal's reason.
   */
  profile(seconds: number, options: { readonly signal: AbortSignal }): Promise<string>;
  /**
   * Everything that is in memory, secrets too (`.heapsnapshot`). The process stands still while it is taken and needs as much memory again. It is being taken until
   * the stream was read or destroyed.
   *
   * @throws ConflictError while another profile or snapshot is taken.
   */
  heap(): Readable;
}

/** A client that forgets a profile must not slow the process down for long. */
export const longestProfileSeconds = 300;

/** A {@link Profiler}: one thing at a time. */
export function createProfiler({ clock = systemClock }: { readonly clock?: Clock } = {}): Profiler {
  let busy = false;
  const take = (): (() => void) => {
    if (busy) throw new ConflictError('another profile or snapshot is being taken; try again when it is done');
    busy = true;
    return () => {
      busy = false;
    };
  };
  return {
    async profile(seconds, { signal }) {
      if (!Number.isFinite(seconds) || seconds < 1 || seconds > longestProfileSeconds)
        throw new InvalidInputError(`seconds must be 1 to ${longestProfileSeconds}`, { field: 'seconds' });
      const release = take();
      try {
        return await recordProfile(() => clock.sleep(seconds * 1000, { signal }));
      } finally {
        release();
      }
    },
    heap() {
      const release = take();
      try {
        return getHeapSnapshot().once('close', release);
      } catch (error) {
        release();
        throw error;
      }
    },
  };
}

async function recordProfile(wait: () => Promise<void>): Promise<string> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await wait();
    const { profile } = await session.post('Profiler.stop');
    return JSON.stringify(profile);
  } finally {
    // Ends what was started, too.
    session.disconnect();
  }
}
