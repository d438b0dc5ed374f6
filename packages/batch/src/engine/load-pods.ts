import { jobFiles, jobPath, isUid } from '../directory/job-paths.ts';
import { parseJobRecord } from '../directory/job-record.ts';
import { unfinishedPrefix } from '../host/durable-files.ts';
import type { Engine } from './engine.ts';
import { readJobFiles, readJobId, saveRecord } from './job-evidence.ts';

/** Fills the table from the job directories. What a crash left unfinished goes. */
export async function loadPods(engine: Engine): Promise<void> {
  const entries = (await engine.host.list(engine.root)) ?? [];
  const unfinished = entries.filter(({ name }) => name.startsWith(unfinishedPrefix));
  await engine.host.remove(unfinished.map(({ name }) => `${engine.root}/${name}`));
  const directories = entries.filter(({ name, type }) => type === 'directory' && isUid(name));
  const path = (uid: string): string => jobPath(engine.root, uid, jobFiles.record);
  const texts = await engine.host.readMany(directories.map(({ name }) => path(name)));
  for (const { name: uid } of directories) {
    const record = parseJobRecord(texts.get(path(uid)) ?? '');
    if (record?.uid === uid) engine.pods.add(record);
    else engine.logger.error({ podUid: uid }, 'job directory has no usable record, it is left alone');
  }
  for (const held of engine.pods.all()) {
    if (held.record.phase === 'submitting') await adoptByRunner(engine, held);
    if (held.record.phase !== 'submitting') await readJobFiles(engine, held);
  }
}

async function adoptByRunner(engine: Engine, held: Parameters<typeof readJobFiles>[1]): Promise<void> {
  const jobId = await readJobId(engine, held.record.uid);
  if (jobId === undefined) return;
  engine.logger.info({ podUid: held.record.uid, jobId }, 'job of an interrupted create found');
  await saveRecord(engine, held, { phase: 'submitted', jobId });
}

/** Takes jobs that the scheduler knows and whose create was interrupted before the record had their ids. */
export async function adoptByScheduler(engine: Engine): Promise<void> {
  const pending = [...engine.pods.all()].filter(({ record }) => record.phase === 'submitting');
  if (pending.length === 0) return;
  const { jobs } = await engine.scheduler.query();
  const byUid = new Map([...jobs].flatMap(([jobId, { uid }]) => (uid === undefined ? [] : [[uid, jobId] as const])));
  for (const held of pending) {
    const jobId = byUid.get(held.record.uid);
    if (jobId === undefined) continue;
    engine.logger.info({ podUid: held.record.uid, jobId }, 'job of an interrupted create found');
    await saveRecord(engine, held, { phase: 'submitted', jobId });
  }
}
