import { resolvePod } from '@interlink/plugin-sdk';
import { ConflictError, NotFoundError, UnsupportedError, type RetrievedPodData } from '@interlink/spec';
import { checkedUid, jobFiles, jobPath } from '../directory/job-paths.ts';
import { prepareAdded, type AddedContainer } from '../pod/prepare-added.ts';
import { readSentVolumes, type PodVolumes } from '../pod/volume-tree.ts';
import { isOver } from '../status/map-pod-status.ts';
import type { Engine } from './engine.ts';
import { saveRecord } from './job-evidence.ts';
import type { HeldPodState } from './pod-table.ts';
import { renewVolume } from './renew-volume.ts';

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
    const { volumes, files, errors } = readSentVolumes(pod, data);
    for (const [name, contents] of files) {
      await renewVolume(engine.host, jobPath(engine.root, uid, jobFiles.volumes, name), contents);
    }
    await engine.step('update:volumes');
    await addContainers(engine, held, { data, volumes });
    await engine.step('update:end');
    if (errors[0]) throw errors[0];
  });
}

function checkedPod(engine: Engine, uid: string): HeldPodState {
  const field = 'pod.metadata.uid';
  const held = engine.pods.get(uid);
  if (held === undefined) throw new NotFoundError(`there is no pod ${uid} here`, { field });
  const { phase, shippedTo } = held.record;
  if (phase === 'deleting' || phase === 'deleted' || isOver(held)) {
    throw new ConflictError(`pod ${uid} has ended or is being deleted`, { field });
  }
  if (shippedTo !== undefined) {
    throw new UnsupportedError('nothing can be brought into a job whose files travelled with it (shipping)', { field });
  }
  return held;
}

interface Sent {
  readonly data: RetrievedPodData;
  readonly volumes: PodVolumes;
}

/** Each of these steps is left out where an update before this one came as far. */
async function addContainers(engine: Engine, held: HeldPodState, { data, volumes }: Sent): Promise<void> {
  const { record } = held;
  const directory = jobPath(engine.root, record.uid);
  const known = new Set(record.containers.map(({ name }) => name));
  const { containers: added, warnings } = await prepareAdded(data, { ...engine, directory, volumes, known });
  const path = jobPath(engine.root, record.uid, jobFiles.added);
  const before = (await engine.host.readMany([path])).get(path);
  if (added.length > 0 && before === undefined) {
    throw new UnsupportedError('the job was started by an earlier version, which takes no further containers', {
      field: 'pod.spec.ephemeralContainers',
    });
  }
  if (warnings.length > 0)
    engine.logger.info({ podUid: record.uid, warnings }, 'fields of an added container have no effect');
  for (const container of added) await writeContainer(engine, directory, container);
  if (added.length > 0) {
    await saveRecord(engine, held, { containers: [...record.containers, ...added.map(({ summary }) => summary)] });
    engine.pods.touched(held);
  }
  await engine.step('update:recorded');
  const names = held.record.containers.filter(({ kind }) => kind === 'ephemeral').map(({ name }) => `${name}\n`);
  // The runner starts what is named here.
  if (before !== undefined && before !== names.join('')) await engine.host.writeDurably(path, names.join(''));
}

async function writeContainer({ host }: Engine, directory: string, added: AddedContainer): Promise<void> {
  const { name } = added.summary;
  for (const { path, type } of added.mountPoints) {
    if ((await host.resolvePath(path)) !== undefined) continue;
    await host.makeDirectories([type === 'directory' ? path : path.slice(0, path.lastIndexOf('/'))]);
    if (type === 'file') await host.writeAt(path, Buffer.alloc(0), { offset: 0 });
  }
  await host.makeDirectories([`${directory}/${jobFiles.logs}/${name}`]);
  const files = `${directory}/${jobFiles.containers}/${name}`;
  // What an update that was interrupted left.
  await host.discardTree(files);
  await host.createTree(
    files,
    added.files.map((entry) => (entry.kind === 'file' ? { ...entry, durable: true } : entry)),
  );
}
