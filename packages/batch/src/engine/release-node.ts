import { dirname } from 'node:path';
import { jobFiles, memoryDirectory } from '../directory/job-paths.ts';
import { placeOfJob } from '../shipping/job-place.ts';
import type { Engine } from './engine.ts';
import type { HeldPodState } from './pod-table.ts';

type NodeEngine = Pick<Engine, 'host' | 'root' | 'runner' | 'scheduler'>;

/**
 * Removes what a killed runner left on this machine besides the job directory: volumes in memory, and the directory of a job that was
 * shipped. On another machine the next runner of the same user does it. Links that the runner cannot have made are not followed.
 */
export async function releaseNode(engine: NodeEngine, { record }: Pick<HeldPodState, 'record'>): Promise<void> {
  const { host, scheduler } = engine;
  const { uid, shippedTo } = record;
  const volumes = `${placeOfJob(record, engine).directory}/${jobFiles.volumes}`;
  const entries = (await host.list(volumes)) ?? [];
  const directories = entries.flatMap((entry) => (entry.type === 'link' ? [dirname(entry.target)] : []));
  await host.remove([...new Set(directories)].filter((directory) => isMemoryOf(directory, uid)));
  if (shippedTo !== undefined && scheduler.runsHere === true) await host.remove([shippedTo]);
}

function isMemoryOf(directory: string, uid: string): boolean {
  const prefix = `${memoryDirectory}/interlink-${uid}.`;
  return directory.startsWith(prefix) && /^\d+$/.test(directory.slice(prefix.length));
}
