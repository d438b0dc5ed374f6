import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createProcessPlugin } from '@interlink/plugin-process';
import { silentLogger } from '@interlink/runtime';
import { removeOrphanClusters } from '@interlink/testbed';
import { endAllPods } from '../lab/end-all-pods.ts';
import type { BackendRecord } from './backend.ts';
import { openSlurmPlugin } from './slurm-backend.ts';

function recordFile(directory: string): string {
  return join(directory, 'backend.json');
}

/** Writes down which backend a lab has. */
export async function writeBackendRecord(directory: string, record: BackendRecord): Promise<void> {
  await writeFile(recordFile(directory), JSON.stringify(record), { mode: 0o600 });
}

async function readBackendRecord(directory: string): Promise<BackendRecord> {
  const text = await readFile(recordFile(directory), 'utf8').catch(() => undefined);
  return text === undefined ? { name: 'process' } : (JSON.parse(text) as BackendRecord);
}

/** Ends the pods in `root` that a killed lab left running; `directory` is the lab's. */
export async function endPodsOfKilled(directory: string, root: string): Promise<void> {
  const record = await readBackendRecord(directory);
  const diedWithOwner = record.name === 'slurm' && record.environment === undefined;
  if (diedWithOwner) await removeOrphanClusters();
  if (diedWithOwner || !existsSync(root)) return;
  await using plugin =
    record.name === 'slurm'
      ? await openSlurmPlugin(root, record.environment ?? {}, silentLogger)
      : await createProcessPlugin({ root, logger: silentLogger });
  await endAllPods(plugin);
}
