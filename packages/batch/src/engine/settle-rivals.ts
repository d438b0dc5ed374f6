import type { JobQuery } from '../contract/scheduler.ts';
import type { Engine } from './engine.ts';
import { readJobId, saveRecord } from './job-evidence.ts';
import type { HeldPodState } from './pod-table.ts';

/** The jobs of each pod that have not ended, by its UID. */
export function jobsByUid({ jobs }: JobQuery): ReadonlyMap<string, readonly string[]> {
  const alive = [...jobs].filter(([, { phase, uid }]) => uid !== undefined && phase !== 'ended');
  const groups = Map.groupBy(alive, ([, { uid = '' }]) => uid);
  return new Map([...groups].map(([uid, entries]) => [uid, entries.map(([id]) => id)]));
}

/**
 * Leaves a pod one job. A submission whose answer was lost may reach the queue after the next one was made: then the job whose runner came
 * first is the pod's, and where none has come yet, the one in the record.
 *
 * @param alive the pod's jobs that have not ended.
 */
export async function settleRivals(engine: Engine, held: HeldPodState, alive: readonly string[]): Promise<void> {
  const { uid, jobId } = held.record;
  if (jobId === undefined || alive.every((id) => id === jobId)) return;
  const claim = await readJobId(engine, uid);
  const chosen = claim !== undefined && alive.includes(claim) ? claim : jobId;
  engine.logger.warn(
    { podUid: uid, jobId: chosen, jobIds: alive },
    'pod has more than one job, the others are cancelled',
  );
  if (chosen !== jobId) await engine.lock.run(uid, () => saveRecord(engine, held, { jobId: chosen }));
  for (const id of alive) if (id !== chosen) await engine.scheduler.cancel(id, { force: true });
}
