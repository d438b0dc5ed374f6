import { ConflictError, NotFoundError } from '@interlink/spec';
import type { Engine } from '../engine/engine.ts';
import type { HeldPodState } from '../engine/pod-table.ts';
import { placeOfJob, type JobPlace } from '../shipping/job-place.ts';
import { isOver } from '../status/map-pod-status.ts';

/** Where a session goes. */
export interface StreamTarget extends JobPlace {
  readonly jobId: string;
  readonly held: HeldPodState;
}

/** The job of a pod that runs. Rejects as {@link findContainer} does. */
export function findJob(engine: Engine, uid: string): StreamTarget {
  const held = engine.pods.get(uid);
  if (held === undefined) throw new NotFoundError(`there is no pod ${uid} here`, { field: 'podUid' });
  const isRunning = [...held.states.values()].some(({ state }) => state === 'running');
  if (held.record.jobId === undefined || isOver(held) || !isRunning) {
    throw new ConflictError(`pod ${held.record.name} is not running`, { field: 'podUid' });
  }
  return { jobId: held.record.jobId, ...placeOfJob(held.record, engine), held };
}

/**
 * The job of a running container.
 *
 * @throws NotFoundError for an unknown pod or container, ConflictError for one that is not running.
 */
export function findContainer(engine: Engine, uid: string, name: string): StreamTarget {
  const held = engine.pods.get(uid);
  const field = 'containerName';
  if (held !== undefined && !held.record.containers.some((container) => container.name === name)) {
    throw new NotFoundError(`pod ${held.record.name} has no container ${name}`, { field });
  }
  if (held !== undefined && !isOver(held) && held.states.get(name)?.state !== 'running') {
    throw new ConflictError(`container ${name} of pod ${held.record.name} is not running`, { field });
  }
  return findJob(engine, uid);
}
