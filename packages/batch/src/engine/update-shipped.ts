import { UnavailableError } from '@interlink/spec';
import type { TreeEntry } from '../contract/host.ts';
import { jobFiles, jobPath } from '../directory/job-paths.ts';
import { file, folder } from '../pod/owner-only.ts';
import type { AddedContainer } from '../pod/prepare-added.ts';
import { buildLiveVolumes } from '../pod/volume-tree.ts';
import { bringFiles } from '../shipping/bring-files.ts';
import { placeOfJob } from '../shipping/job-place.ts';
import { formatAdded, keepContainers, prepareContainers, type Sent } from './added-containers.ts';
import type { Engine } from './engine.ts';
import type { HeldPodState } from './pod-table.ts';

/**
 * Brings an update to the machine of a job whose files travelled with it.
 *
 * @throws UnavailableError while it has not started: until then its files are with the scheduler.
 */
export async function updateShipped(engine: Engine, held: HeldPodState, sent: Sent): Promise<void> {
  const { record } = held;
  const { uid, shippedTo: root = '', containers } = record;
  if (record.jobId === undefined || held.states.size === 0) {
    throw new UnavailableError('nothing can be brought into a job that has not started', { field: 'pod.metadata.uid' });
  }
  const { directory } = placeOfJob(record, engine);
  const added = await prepareContainers({ ...engine, root }, held, { ...sent, directory });
  const summaries = [...containers, ...added.map(({ summary }) => summary)];
  await engine.host.makeDirectories(added.map(({ summary }) => jobPath(engine.root, uid, jobFiles.logs, summary.name)));
  await bringFiles(engine, record, [
    ...[jobFiles.volumes, jobFiles.containers].map((path) => folder(path)),
    ...buildLiveVolumes(sent.volumes.files),
    ...added.flatMap(({ summary, files }) => filesOf(`${jobFiles.containers}/${summary.name}`, files)),
    file(jobFiles.added, formatAdded(summaries)),
  ]);
  await keepContainers(engine, held, summaries);
}

function filesOf(base: string, files: AddedContainer['files']): TreeEntry[] {
  return [folder(base), ...files.map((entry) => ({ ...entry, path: `${base}/${entry.path}` }))];
}
