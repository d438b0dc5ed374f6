import type { RetrievedPodData } from '@interlink/spec';
import type { ContainerSummary } from '../directory/job-record.ts';
import { prepareAdded, type AddedContainer } from '../pod/prepare-added.ts';
import type { SentVolumes } from '../pod/volume-tree.ts';
import type { Engine } from './engine.ts';
import { saveRecord } from './job-evidence.ts';
import type { HeldPodState } from './pod-table.ts';

/** What an update carries. */
export interface Sent {
  readonly data: RetrievedPodData;
  readonly volumes: SentVolumes;
}

/** The containers that the job does not have yet; `directory` is the job directory as the job sees it. */
export async function prepareContainers(
  engine: Engine,
  { record }: HeldPodState,
  { data, volumes, directory }: Sent & { readonly directory: string },
): Promise<readonly AddedContainer[]> {
  const known = new Set(record.containers.map(({ name }) => name));
  const context = { ...engine, directory, volumes: volumes.volumes, known };
  const { containers, warnings } = await prepareAdded(data, context);
  if (warnings.length > 0)
    engine.logger.info({ podUid: record.uid, warnings }, 'fields of an added container have no effect');
  return containers;
}

/** Content of the file `added`: the runner starts what is named in it. */
export function formatAdded(containers: readonly ContainerSummary[]): string {
  return containers.flatMap(({ kind, name }) => (kind === 'ephemeral' ? [`${name}\n`] : [])).join('');
}

/** Makes it durable that the job has these containers. */
export async function keepContainers(
  engine: Engine,
  held: HeldPodState,
  containers: readonly ContainerSummary[],
): Promise<void> {
  if (containers.length === held.record.containers.length) return;
  await saveRecord(engine, held, { containers });
  engine.pods.touched(held);
}
