import type { Pod } from '@interlink/spec';
import { changedDirectory, isUid, jobFiles, jobPath } from '../directory/job-paths.ts';
import { isOver } from '../status/map-pod-status.ts';
import { placeFromHere } from '../shipping/job-place.ts';
import type { JobMirrors } from '../shipping/job-mirrors.ts';
import { timestamp, type Engine } from './engine.ts';
import { findJob, readJobFiles, saveRecord } from './job-evidence.ts';
import type { JobPoller } from './job-poller.ts';
import type { HeldPodState } from './pod-table.ts';
import { releaseNode } from './release-node.ts';

const millisecondsPerSecond = 1000;
const defaultKillAfterGraceSeconds = 5;
const retryMilliseconds = 5000;
const killRetryMilliseconds = 1000;

/** The deletes of a plugin. */
export interface Deleter {
  /** Makes the wish durable and goes about it. Unknown pods resolve. */
  delete(pod: Pod): Promise<void>;
  /** Goes on with the deletes of a process before this one. */
  resume(held: HeldPodState): void;
  /** Resolves when no delete is at work any more; they end early once the engine's signal is aborted. */
  settled(): Promise<void>;
}

/** What deletes need besides the engine. */
export interface DeleteHelpers {
  readonly poller: Pick<JobPoller, 'soon'>;
  readonly mirrors: Pick<JobMirrors, 'tellGrace'>;
}

/** Deletes that are carried out in the background, each until the end of its job is confirmed. */
export function createDeleter(engine: Engine, helpers: DeleteHelpers): Deleter {
  const running = new Map<string, Promise<void>>();
  const resume = (held: HeldPodState): void => {
    const { uid } = held.record;
    if (running.has(uid)) return;
    const work = carryOut(engine, held, helpers)
      .catch((error: unknown) => {
        if (!engine.signal.aborted)
          engine.logger.error({ podUid: uid, err: error }, 'delete was given up until the next start');
      })
      .finally(() => running.delete(uid));
    running.set(uid, work);
  };
  return {
    resume,
    async delete(pod) {
      const uid = pod.metadata?.uid ?? '';
      if (!isUid(uid)) return;
      await engine.lock.run(uid, async () => {
        const held = engine.pods.get(uid);
        if (!held) {
          await endUnrecorded(engine, uid);
          return;
        }
        if (held.record.phase === 'deleted') return;
        await recordWish(engine, held, pod);
        resume(held);
      });
    },
    settled: async () => {
      await Promise.all(running.values());
    },
  };
}

/** A directory whose record cannot be read may belong to a job that runs: it must not outlive its pod. */
async function endUnrecorded(engine: Engine, uid: string): Promise<void> {
  const directory = jobPath(engine.root, uid);
  if ((await engine.host.list(directory)) === undefined) return;
  const jobId = await findJob(engine, uid);
  if (jobId === undefined) return;
  engine.logger.warn({ podUid: uid, jobId }, 'job without a usable record is ended');
  await engine.scheduler.cancel(jobId, { directory, force: true });
}

async function recordWish(engine: Engine, held: HeldPodState, { metadata, spec }: Pod): Promise<void> {
  const { record } = held;
  const wished =
    metadata?.deletionGracePeriodSeconds ?? spec?.terminationGracePeriodSeconds ?? record.gracePeriodSeconds;
  const gracePeriodSeconds = Math.max(0, wished);
  // A second delete may only shorten the time.
  if (record.deletion && record.deletion.gracePeriodSeconds <= gracePeriodSeconds) return;
  const requestedAt = timestamp(engine.clock);
  await saveRecord(engine, held, { phase: 'deleting', deletion: { requestedAt, gracePeriodSeconds } });
  engine.pods.touched(held);
  await engine.step('delete:recorded');
}

async function carryOut(engine: Engine, held: HeldPodState, { poller, mirrors }: DeleteHelpers): Promise<void> {
  for (;;) {
    engine.signal.throwIfAborted();
    try {
      await readJobFiles(engine, held);
      if (isOver(held) || !(await hasJob(engine, held))) {
        await engine.step('delete:ended');
        await purge(engine, held);
        return;
      }
      const left = millisecondsToKill(engine, held);
      const force = left <= 0;
      await cancel(engine, held, { force, mirrors });
      await engine.step('delete:cancelled');
      poller.soon();
      // It may have ended while it was being cancelled: nothing would wake the pause then.
      if (isOver(held)) continue;
      await pauseUntilTouched(engine, held, force ? killRetryMilliseconds : Math.min(left, retryMilliseconds));
    } catch (error) {
      if (engine.signal.aborted) throw error;
      engine.logger.warn(
        { podUid: held.record.uid, err: error },
        'job could not be ended or its files not removed, will be tried again',
      );
      await engine.clock.sleep(retryMilliseconds, { signal: engine.signal });
    }
  }
}

async function hasJob(engine: Engine, held: HeldPodState): Promise<boolean> {
  if (held.record.jobId !== undefined) return true;
  const jobId = await findJob(engine, held.record.uid);
  if (jobId === undefined) return false;
  await engine.lock.run(held.record.uid, () => saveRecord(engine, held, { jobId }));
  return true;
}

function millisecondsToKill(engine: Engine, { record }: HeldPodState): number {
  const { requestedAt, gracePeriodSeconds } = record.deletion ?? {
    requestedAt: timestamp(engine.clock),
    gracePeriodSeconds: 0,
  };
  const margin = engine.policy.killAfterGraceSeconds ?? defaultKillAfterGraceSeconds;
  const patience = (gracePeriodSeconds + margin) * millisecondsPerSecond;
  // The record outlives the process, and the machine's clock may be set meanwhile: back, and the job would run on for as long.
  return Math.min(Date.parse(requestedAt) + patience - engine.clock.now(), patience);
}

async function cancel(
  engine: Engine,
  { record, isIdTaken }: HeldPodState,
  { force, mirrors }: Pick<DeleteHelpers, 'mirrors'> & { readonly force: boolean },
): Promise<void> {
  const { root, host, scheduler } = engine;
  if (!force) {
    const seconds = Math.ceil(record.deletion?.gracePeriodSeconds ?? 0);
    await host.writeDurably(jobPath(root, record.uid, jobFiles.grace), `${seconds}\n`);
    await mirrors.tellGrace(record.uid, seconds);
  }
  engine.logger.info({ podUid: record.uid, jobId: record.jobId, force }, 'job is being ended');
  if (!isIdTaken)
    await scheduler.cancel(record.jobId ?? '', { directory: placeFromHere(record, engine).directory, force });
}

async function pauseUntilTouched(engine: Engine, held: HeldPodState, milliseconds: number): Promise<void> {
  const pause = new AbortController();
  const signal = AbortSignal.any([pause.signal, engine.signal]);
  const sleep = engine.clock.sleep(milliseconds, { signal }).catch((error: unknown) => {
    if (!pause.signal.aborted) throw error;
  });
  await Promise.race([engine.pods.nextTouch(held.record.uid, signal), sleep]);
  pause.abort(new Error('touched'));
}

/** What only the running pod needed goes, secrets first of all; states and logs stay for the retention time. */
async function purge(engine: Engine, held: HeldPodState): Promise<void> {
  const { uid } = held.record;
  const path = (...parts: string[]): string => jobPath(engine.root, uid, ...parts);
  const retains = (engine.policy.retentionSeconds ?? defaultRetentionSeconds) > 0;
  await releaseNode(engine, held);
  await engine.host.remove([path(jobFiles.volumes), path(jobFiles.containers), path(jobFiles.pod)]);
  await engine.step('delete:removed');
  await engine.lock.run(uid, () => saveRecord(engine, held, { phase: 'deleted', deletedAt: timestamp(engine.clock) }));
  await engine.step('delete:purged');
  engine.logger.info({ podUid: uid }, 'job has ended and was removed');
  engine.pods.touched(held);
  if (!retains) await discard(engine, held);
}

/** How long states and logs of a deleted pod are kept. */
export const defaultRetentionSeconds = 600;

/** Removes the rest of a deleted pod. */
export async function discard(engine: Engine, { record }: HeldPodState): Promise<void> {
  await engine.host.discardTree(jobPath(engine.root, record.uid));
  await engine.host.remove([`${engine.root}/${changedDirectory}/${record.uid}`]);
  engine.pods.remove(record.uid);
}
