import { dirname } from 'node:path';
import { jobFiles, jobPath, memoryDirectory } from '../directory/job-paths.ts';
import type { Engine } from './engine.ts';

/**
 * Removes the volumes in memory that a killed runner left on this machine. On another one the next runner of the same user does it.
 * Links that the runner cannot have made are not followed.
 */
export async function releaseMemory({ host, root }: Pick<Engine, 'host' | 'root'>, uid: string): Promise<void> {
  const entries = (await host.list(jobPath(root, uid, jobFiles.volumes))) ?? [];
  const directories = entries.flatMap((entry) => (entry.type === 'link' ? [dirname(entry.target)] : []));
  await host.remove([...new Set(directories)].filter((directory) => isMemoryOf(directory, uid)));
}

function isMemoryOf(directory: string, uid: string): boolean {
  const prefix = `${memoryDirectory}/interlink-${uid}.`;
  return directory.startsWith(prefix) && /^\d+$/.test(directory.slice(prefix.length));
}
