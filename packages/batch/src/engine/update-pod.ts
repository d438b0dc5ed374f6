import { resolvePod, type ResolvedPod } from '@interlink/plugin-sdk';
import { ConflictError, NotFoundError, type RetrievedPodData } from '@interlink/spec';
import { checkedUid } from '../directory/job-paths.ts';
import { readSentVolumes } from '../pod/volume-tree.ts';
import { isOver } from '../status/map-pod-status.ts';
import type { Engine } from './engine.ts';
import type { HeldPodState } from './pod-table.ts';
import { updateHere } from './update-here.ts';
import { updateShipped } from './update-shipped.ts';

/** The updates of a plugin. */
export interface Updater {
  /**
   * Brings what changed in a pod that is held. See `Plugin.update`.
   *
   * @throws NotFoundError, ConflictError for a pod that has ended or is being deleted; UnsupportedError, InvalidInputError for a field at fault: of a
   * volume after all others were brought.
   */
  update(data: RetrievedPodData): Promise<void>;
  /** Resolves when no update is at work any more. */
  settled(): Promise<void>;
}

/** Updates that are made one after the other for each pod, and not while it is created or deleted. */
export function createUpdater(engine: Engine): Updater {
  const running = new Set<Promise<void>>();
  return {
    update(data) {
      const update = updateOnce(engine, data).finally(() => running.delete(update));
      running.add(update);
      return update;
    },
    async settled() {
      await Promise.allSettled(running);
    },
  };
}

async function updateOnce(engine: Engine, data: RetrievedPodData): Promise<void> {
  const uid = checkedUid(data.pod.metadata?.uid, 'pod.metadata.uid');
  await engine.lock.run(uid, async () => {
    const held = checkedPod(engine, uid);
    const pod = resolvePod(data);
    if (hasRun(held, pod)) throw endedError(uid);
    const volumes = readSentVolumes(pod, data);
    if (held.record.shippedTo === undefined) await updateHere(engine, held, { data, volumes });
    else await updateShipped(engine, held, { data, volumes });
    await engine.step('update:end');
    if (volumes.errors[0]) throw volumes.errors[0];
  });
}

function checkedPod(engine: Engine, uid: string): HeldPodState {
  const field = 'pod.metadata.uid';
  const held = engine.pods.get(uid);
  if (held === undefined) throw new NotFoundError(`there is no pod ${uid} here`, { field });
  const { phase } = held.record;
  if (phase === 'deleting' || phase === 'deleted' || isOver(held)) {
    throw endedError(uid);
  }
  return held;
}

/** Whether its containers have come to their ends for good, although the runner has not said its last word yet. */
function hasRun({ record, states }: HeldPodState, { restartPolicy }: ResolvedPod): boolean {
  const mains = record.containers.filter(({ kind }) => kind === 'main');
  return restartPolicy === 'Never' && mains.every(({ name }) => states.get(name)?.state === 'terminated');
}

function endedError(uid: string): ConflictError {
  return new ConflictError(`pod ${uid} has ended or is being deleted`, { field: 'pod.metadata.uid' });
}
