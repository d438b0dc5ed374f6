import type { Engine } from '../engine/engine.ts';
import type { HeldPodState } from '../engine/pod-table.ts';
import { isOver } from '../status/map-pod-status.ts';
import { mirrorJob, type JobMirror } from './mirror-job.ts';

/** The mirrors of all running jobs that were shipped. */
export interface JobMirrors {
  /** Has the job's runner know a grace period, if that is possible within a moment. */
  tellGrace(uid: string, seconds: number): Promise<void>;
  /** Resolves when no mirror is at work any more; they end once the engine's signal is aborted. */
  settled(): Promise<void>;
}

const firstPauseMilliseconds = 500;
const longestPauseMilliseconds = 15_000;
const graceMilliseconds = 10_000;

/** Mirrors that follow the pods of the engine: one for each job while the scheduler says that it runs. */
export function createJobMirrors(engine: Engine): JobMirrors {
  const running = new Map<string, Promise<void>>();
  const open = new Map<string, JobMirror>();
  const consider = (held: HeldPodState | undefined): void => {
    // What it would still say has no listener, and where the job runs on this machine nothing else ends it.
    if (!held || held.record.lost || held.record.phase === 'deleted') open.get(held?.record.uid ?? '')?.close();
    if (!held || engine.signal.aborted || !needsMirror(engine, held) || running.has(held.record.uid)) return;
    const { uid } = held.record;
    const work = keepMirror(engine, held, open).finally(() => running.delete(uid));
    running.set(uid, work);
  };
  const subscription = engine.pods.subscribe(({ UID }) => consider(engine.pods.get(UID)));
  engine.signal.addEventListener(
    'abort',
    () => {
      subscription[Symbol.dispose]();
      for (const mirror of open.values()) mirror.close();
    },
    { once: true },
  );
  for (const held of engine.pods.all()) consider(held);
  return {
    async tellGrace(uid, seconds) {
      const told = open.get(uid)?.tellGrace(seconds);
      if (told) await Promise.race([told.catch(() => undefined), engine.clock.sleep(graceMilliseconds)]);
    },
    settled: async () => {
      await Promise.all(running.values());
    },
  };
}

function needsMirror(engine: Engine, held: HeldPodState): boolean {
  const { shippedTo, jobId } = held.record;
  if (shippedTo === undefined || jobId === undefined || held.outcome || isOver(held)) return false;
  // A job of this machine runs from its submission on.
  return held.job ? held.job.phase === 'running' : engine.scheduler.runsHere === true;
}

/** One connection after another, until the job has said everything or is gone. */
async function keepMirror(engine: Engine, held: HeldPodState, open: Map<string, JobMirror>): Promise<void> {
  const { uid, jobId } = held.record;
  let pause = firstPauseMilliseconds;
  while (needsMirror(engine, held) && !isStopped(engine)) {
    const begun = engine.clock.monotonic();
    try {
      const mirror = await mirrorJob(engine, held);
      open.set(uid, mirror);
      if (isStopped(engine)) mirror.close();
      if (await mirror.ended) return;
    } catch (error) {
      if (isStopped(engine)) return;
      engine.logger.debug({ podUid: uid, jobId, err: error }, 'mirror of a job ended before its job');
    } finally {
      open.delete(uid);
    }
    if (engine.clock.monotonic() - begun > longestPauseMilliseconds) pause = firstPauseMilliseconds;
    await engine.clock.sleep(pause, { signal: engine.signal }).catch(() => undefined);
    pause = Math.min(pause * 2, longestPauseMilliseconds);
  }
}

/** Asked anew each time: it changes while something is waited for. */
function isStopped({ signal }: Engine): boolean {
  return signal.aborted;
}
