import type { JobQuery, JobState } from '../contract/scheduler.ts';
import type { LostJob } from '../directory/job-record.ts';
import { timestamp, type Engine } from './engine.ts';
import { readJobFiles, saveRecord } from './job-evidence.ts';
import { jobFiles, jobPath } from '../directory/job-paths.ts';
import { placeFromHere } from '../shipping/job-place.ts';
import { jobsByUid, settleRivals } from './settle-rivals.ts';
import { isOver, isUnexplained } from '../status/map-pod-status.ts';
import { releaseNode } from './release-node.ts';
import { isActive, type HeldPodState } from './pod-table.ts';

const millisecondsPerSecond = 1000;
const hintMilliseconds = 100;
/** One part in so many of a scheduler's time may go into our questions. */
const shareOfTime = 20;
/** So that the end of an outage, in which each question takes its whole time, is seen. */
const longestPauseMilliseconds = 60_000;

/** Asks the scheduler about all jobs at once, as seldom as possible. */
export interface JobPoller {
  /** Asks now, or takes part in the question under way. Never rejects: a failure is noted on the pods. */
  poll(): Promise<void>;
  /** Asks at once, because the scheduler itself says that something happened. */
  hint(): void;
  /** Asks as soon as the interval allows. */
  soon(): void;
  /** Asks at the interval for as long as there are active jobs; call it when there may be some. */
  wake(): void;
}

/** A poller that stops with the engine's signal. */
export function createJobPoller(engine: Engine): JobPoller {
  const intervalMilliseconds = engine.scheduler.queryIntervalSeconds * millisecondsPerSecond;
  let askedAt = -Infinity;
  let lastMilliseconds = 0;
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let dueAt = Infinity;

  // A scheduler that is slow to answer is busy: it is asked more seldom.
  const pause = (): number =>
    Math.max(intervalMilliseconds, Math.min(lastMilliseconds * shareOfTime, longestPauseMilliseconds));
  const schedule = (milliseconds: number): void => {
    const at = engine.clock.monotonic() + milliseconds;
    if (engine.signal.aborted || !engine.pods.hasActive() || (timer !== undefined && dueAt <= at)) return;
    clearTimeout(timer);
    dueAt = at;
    timer = setTimeout(() => {
      timer = undefined;
      // The last job may have ended since.
      if (engine.pods.hasActive()) void poller.poll();
    }, milliseconds);
    timer.unref();
  };
  const poller: JobPoller = {
    poll() {
      if (running) return running;
      askedAt = engine.clock.monotonic();
      running = ask(engine).finally(() => {
        running = undefined;
        lastMilliseconds = engine.clock.monotonic() - askedAt;
        schedule(pause());
      });
      return running;
    },
    hint: () => schedule(hintMilliseconds),
    soon: () => schedule(Math.max(hintMilliseconds, askedAt + pause() - engine.clock.monotonic())),
    wake: () => schedule(pause()),
  };
  engine.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  return poller;
}

async function ask(engine: Engine): Promise<void> {
  const startedAt = engine.clock.monotonic();
  try {
    const query = await withRecalled(engine, await engine.scheduler.query(), startedAt);
    const alive = jobsByUid(query);
    for (const held of engine.pods.all()) {
      await apply(engine, held, { query, startedAt, alive }).catch((error: unknown) => {
        engine.logger.warn({ podUid: held.record.uid, err: error }, 'end of a job could not be settled');
        markUnknown(engine, held, (error as Error).message);
      });
    }
  } catch (error) {
    engine.logger.warn({ err: error }, 'scheduler could not be asked');
    for (const held of engine.pods.all()) markUnknown(engine, held, (error as Error).message);
  }
}

/** With what is still known of jobs that the queue has forgotten. */
async function withRecalled(engine: Engine, query: JobQuery, startedAt: number): Promise<JobQuery> {
  if (!engine.scheduler.recall || !query.complete) return query;
  const missing: string[] = [];
  for (const held of engine.pods.all()) {
    const { jobId } = held.record;
    const isKnown = jobId === undefined || query.jobs.has(jobId) || held.submittedAt >= startedAt;
    if (isKnown || !isActive(held)) continue;
    await readJobFiles(engine, held);
    if (isActive(held)) missing.push(jobId);
  }
  if (missing.length === 0) return query;
  const recalled = await engine.scheduler.recall(missing);
  return { ...query, jobs: new Map([...query.jobs, ...recalled]) };
}

function markUnknown(engine: Engine, held: HeldPodState, message: string): void {
  if (!isActive(held)) return;
  held.unknown ??= { since: timestamp(engine.clock), message };
  engine.pods.touched(held);
}

interface Answer {
  readonly query: JobQuery;
  readonly startedAt: number;
  /** Of each pod, the jobs that have not ended. */
  readonly alive: ReadonlyMap<string, readonly string[]>;
}

async function apply(engine: Engine, held: HeldPodState, { query, startedAt, alive }: Answer): Promise<void> {
  if (!isActive(held)) return;
  await settleRivals(engine, held, alive.get(held.record.uid) ?? []);
  const { jobId } = held.record;
  if (jobId === undefined) return;
  const job = jobOf(held, query);
  held.isIdTaken = job === undefined && query.jobs.has(jobId);
  const wasUnknown = held.unknown !== undefined;
  const isNews = wasUnknown || (job !== undefined && JSON.stringify(job) !== JSON.stringify(held.job));
  held.unknown = undefined;
  if (job) {
    held.job = job;
    // Schedulers show a job for minutes after its end.
    if (job.phase !== 'ended') held.absentSince = undefined;
  }
  if (isUnexplained(held) && held.outcome) await settleCause(engine, held, { query, startedAt, alive });
  const isGone = job ? job.phase === 'ended' : query.complete && held.submittedAt < startedAt;
  if (isGone) await considerLost(engine, held, startedAt);
  if (isNews || isGone) engine.pods.touched(held);
}

/** A scheduler that crashed may have forgotten a job and given its id to another one. */
function jobOf({ record }: HeldPodState, query: JobQuery): JobState | undefined {
  const job = query.jobs.get(record.jobId ?? '');
  return job?.uid === undefined || job.uid === record.uid ? job : undefined;
}

/** A job that is gone has ended in order if its runner said so; else it is lost, once its states had the time to become visible. */
async function considerLost(engine: Engine, held: HeldPodState, at: number): Promise<void> {
  await lookAnew(engine, held);
  await readJobFiles(engine, held);
  held.absentSince ??= at;
  const waited = engine.clock.monotonic() - held.absentSince;
  // Nobody waits for the last words of a job that was to be deleted and that the scheduler has ended.
  const isAwaited = held.record.phase !== 'deleting' || held.job?.phase !== 'ended';
  if (isOver(held)) return;
  if (isAwaited && waited < (engine.policy.lostAfterSeconds ?? 0) * millisecondsPerSecond) return;
  const { uid, jobId = '' } = held.record;
  const lost = { at: timestamp(engine.clock), ...describeLoss(held), states: Object.fromEntries(held.states) };
  // Its containers may have outlived the runner. Before the record, after which nobody would end them.
  const { directory } = placeFromHere(held.record, engine);
  if (!held.isIdTaken) await engine.scheduler.cancel(jobId, { directory, force: true });
  await releaseNode(engine, held);
  await engine.lock.run(uid, async () => {
    if (isOver(held)) return;
    await saveRecord(engine, held, { lost });
    engine.logger.warn({ podUid: uid, jobId, reason: lost.reason }, 'job is lost');
  });
}

/** A network file system may remember that a file was not there; listing its directory makes it look again. */
async function lookAnew({ root, host }: Engine, { record: { uid } }: HeldPodState): Promise<void> {
  await Promise.all([host.list(jobPath(root, uid)), host.list(jobPath(root, uid, jobFiles.states))]);
}

/** The runner was told to end: now that its job is gone, the scheduler knows best why. */
async function settleCause(engine: Engine, held: HeldPodState, { query, startedAt }: Answer): Promise<void> {
  const { uid, jobId = '' } = held.record;
  const job = jobOf(held, query);
  const isGone = job ? job.phase === 'ended' : query.complete && held.submittedAt < startedAt;
  if (!isGone) return;
  const said = job?.endedBy === 'scheduler' ? job : undefined;
  const cause = {
    reason: said?.reason ?? 'JobTerminated',
    message: said?.message ?? `job ${jobId} was told to end by somebody else`,
  };
  await engine.lock.run(uid, async () => {
    if (isUnexplained(held)) await saveRecord(engine, held, { cause });
  });
  engine.pods.touched(held);
}

function describeLoss({ job, record }: HeldPodState): Pick<LostJob, 'reason' | 'message' | 'exitCode'> {
  if (job?.phase === 'ended') {
    const reason = job.reason ?? 'JobEnded';
    const message = job.message ?? `the scheduler ended job ${record.jobId ?? ''}: ${job.word}`;
    return { reason, message, ...(job.exitCode === undefined ? {} : { exitCode: job.exitCode }) };
  }
  return { reason: 'JobLost', message: `job ${record.jobId ?? ''} is gone and left no exit code` };
}
