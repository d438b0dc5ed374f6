import { UnsupportedError } from '@interlink/spec';
import { jobFiles, jobPath } from '../directory/job-paths.ts';
import type { AddedContainer } from '../pod/prepare-added.ts';
import { formatAdded, keepContainers, prepareContainers, type Sent } from './added-containers.ts';
import type { Engine } from './engine.ts';
import type { HeldPodState } from './pod-table.ts';
import { renewVolume } from './renew-volume.ts';

/** Brings an update into the directory that the job itself uses. */
export async function updateHere(engine: Engine, held: HeldPodState, sent: Sent): Promise<void> {
  const { uid } = held.record;
  for (const [name, contents] of sent.volumes.files) {
    await renewVolume(engine.host, jobPath(engine.root, uid, jobFiles.volumes, name), contents);
  }
  await engine.step('update:volumes');
  await addContainers(engine, held, sent);
}

/** Each of these steps is left out where an update before this one came as far. */
async function addContainers(engine: Engine, held: HeldPodState, sent: Sent): Promise<void> {
  const { record } = held;
  const directory = jobPath(engine.root, record.uid);
  const added = await prepareContainers(engine, held, { ...sent, directory });
  const path = jobPath(engine.root, record.uid, jobFiles.added);
  const before = (await engine.host.readMany([path])).get(path);
  if (added.length > 0 && before === undefined) {
    throw new UnsupportedError('the job was started by an earlier version, which takes no further containers', {
      field: 'pod.spec.ephemeralContainers',
    });
  }
  for (const container of added) await writeContainer(engine, directory, container);
  await keepContainers(engine, held, [...record.containers, ...added.map(({ summary }) => summary)]);
  await engine.step('update:recorded');
  const names = formatAdded(held.record.containers);
  if (before !== undefined && before !== names) await engine.host.writeDurably(path, names);
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
