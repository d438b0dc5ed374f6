import { describeSpan, inSpan } from '@interlink/runtime';
import {
  ConflictError,
  isInterLinkError,
  InternalError,
  type CreateStruct,
  type RetrievedPodData,
} from '@interlink/spec';
import type { BatchJob } from '../contract/scheduler.ts';
import { checkedUid, jobFiles, jobPath } from '../directory/job-paths.ts';
import { prepareJob } from '../pod/prepare-job.ts';
import { packJob } from '../shipping/pack-job.ts';
import { timestamp, type Engine } from './engine.ts';
import { findJob, saveRecord } from './job-evidence.ts';
import type { HeldPodState } from './pod-table.ts';

/** The creates of a plugin. */
export interface Creator {
  create(data: RetrievedPodData): Promise<CreateStruct>;
  /** Resolves when no create is at work any more. */
  settled(): Promise<void>;
}

/**
 * Takes a pod, once for each UID: who asks while it is being taken gets the same answer. Refused pods leave no trace.
 *
 * @remarks The record is durable before the scheduler is asked. Where the scheduler could not be asked the record stays, and the
 * same create goes on from there; where it said no, nothing stays.
 */
export function createCreator(engine: Engine): Creator {
  const inFlight = new Map<string, Promise<CreateStruct>>();
  return {
    create(data) {
      const uid = data.pod.metadata?.uid ?? '';
      const running = inFlight.get(uid);
      if (running) return running;
      const create = createOnce(engine, data).finally(() => inFlight.delete(uid));
      inFlight.set(uid, create);
      return create;
    },
    async settled() {
      await Promise.allSettled(inFlight.values());
    },
  };
}

async function createOnce(engine: Engine, data: RetrievedPodData): Promise<CreateStruct> {
  const uid = checkedUid(data.pod.metadata?.uid, 'pod.metadata.uid');
  return await engine.lock.run(uid, async () => {
    const held = engine.pods.get(uid);
    if (held) return await resume(engine, held, data);
    await engine.step('create:begin');
    const { job, record, files } = await prepare(engine, data);
    await engine.host.createTree(jobPath(engine.root, uid), files);
    const added = engine.pods.add(record);
    await engine.step('create:recorded');
    return await submit(engine, added, job);
  });
}

function prepare(engine: Engine, data: RetrievedPodData): ReturnType<typeof prepareJob> {
  const { root, host, runtime, scheduler, policy, images, tools, runner, clock } = engine;
  const createdAt = timestamp(clock);
  return prepareJob(data, { root, host, runtime, scheduler, policy, images, tools, runner, createdAt });
}

async function resume(engine: Engine, held: HeldPodState, data: RetrievedPodData): Promise<CreateStruct> {
  const { phase, uid } = held.record;
  if (phase === 'deleting' || phase === 'deleted') {
    throw new ConflictError(`pod ${uid} is being deleted`, { field: 'pod.metadata.uid' });
  }
  if (phase === 'submitted') return answer(held);
  const jobId = await findJob(engine, uid);
  if (jobId === undefined) return await startOver(engine, held, data);
  engine.logger.info({ podUid: uid, jobId }, 'job of an interrupted create found');
  return await confirm(engine, held, jobId);
}

/** There is no job. The directory is made anew: a crash of the machine may have left files of it empty, or a runner an empty claim. */
async function startOver(engine: Engine, held: HeldPodState, data: RetrievedPodData): Promise<CreateStruct> {
  const directory = jobPath(engine.root, held.record.uid);
  const { job, record, files } = await orForget(engine, held, () => prepare(engine, data));
  await engine.host.discardTree(directory);
  await engine.host.createTree(directory, files);
  held.record = record;
  return await submit(engine, held, job);
}

async function submit(engine: Engine, held: HeldPodState, job: BatchJob): Promise<CreateStruct> {
  const attributes = { 'pod.uid': held.record.uid };
  const jobId = await orForget(engine, held, () =>
    inSpan('SubmitJob', { attributes }, async () => {
      const id = await engine.scheduler.submit(await withShipment(engine, held, job));
      describeSpan({ 'job.id': id });
      return id;
    }),
  );
  await engine.step('create:submitted');
  return await confirm(engine, held, jobId);
}

async function withShipment(engine: Engine, { record }: HeldPodState, job: BatchJob): Promise<BatchJob> {
  const { uid, shippedTo } = record;
  return shippedTo === undefined ? job : { ...job, shipment: await packJob(engine, { uid, shippedTo }) };
}

/** Without an answer the job may exist, so the record stays for the next try. A "no" leaves nothing. */
async function orForget<T>(engine: Engine, held: HeldPodState, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isInterLinkError(error) && !error.retryable) await forget(engine, held);
    throw error;
  }
}

async function confirm(engine: Engine, held: HeldPodState, jobId: string): Promise<CreateStruct> {
  // First: a question begun earlier may be answered while the record is being written.
  held.submittedAt = engine.clock.monotonic();
  await saveRecord(engine, held, { phase: 'submitted', jobId });
  if (held.record.shippedTo !== undefined) await dropShipped(engine, held);
  engine.logger.info({ podUid: held.record.uid, jobId }, 'job submitted');
  engine.pods.touched(held);
  await engine.step('create:end');
  return answer(held);
}

/** What travelled with the job is not needed here any more, and secrets are among it. */
async function dropShipped({ host, root }: Engine, { record: { uid } }: HeldPodState): Promise<void> {
  await host.remove([jobFiles.volumes, jobFiles.containers].map((name) => jobPath(root, uid, name)));
}

async function forget(engine: Engine, { record }: HeldPodState): Promise<void> {
  await engine.host.discardTree(jobPath(engine.root, record.uid));
  engine.pods.remove(record.uid);
}

function answer({ record }: HeldPodState): CreateStruct {
  const { uid, jobId, warnings } = record;
  if (jobId === undefined) throw new InternalError('a submitted record has no job id');
  return { PodUID: uid, PodJID: jobId, ...(warnings.length > 0 ? { warnings } : {}) };
}
