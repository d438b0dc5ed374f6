import { randomBytes } from 'node:crypto';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  buildCgroupConfiguration,
  buildGresConfiguration,
  buildSlurmConfiguration,
  type SlurmFacts,
} from './build-slurm-configuration.ts';
import type { SlurmLayout } from './slurm-layout.ts';
import type { SlurmOptions } from './slurm-options.ts';

const mungeKeyBytes = 128;

async function makeDirectory(path: string, mode: number): Promise<void> {
  await mkdir(path, { recursive: true });
  await chmod(path, mode); // Whatever the umask: users other than root submit jobs too.
}

/** Makes the directories of a cluster. */
export async function makeSlurmDirectories(layout: SlurmLayout): Promise<void> {
  const open = [
    layout.directory,
    dirname(layout.configurationFile),
    dirname(layout.mungeSocket),
    layout.spoolDirectory,
  ];
  for (const path of [...open, layout.binDirectory, layout.gpuDirectory]) await makeDirectory(path, 0o755);
  for (const path of [layout.stateDirectory, layout.logDirectory, layout.machineDirectory])
    await makeDirectory(path, 0o700);
  await makeDirectory(layout.workDirectory, 0o1777);
}

/** Writes the files that a cluster has before the first daemon starts. */
export async function writeSlurmFiles(facts: SlurmFacts, options: SlurmOptions): Promise<void> {
  const { layout } = facts;
  await writeFile(layout.configurationFile, buildSlurmConfiguration(facts, options), { mode: 0o644 });
  await writeFile(layout.gresFile, buildGresConfiguration(facts, options), { mode: 0o644 });
  await writeFile(layout.cgroupFile, buildCgroupConfiguration(facts), { mode: 0o644 });
  await writeFile(layout.mungeKeyFile, randomBytes(mungeKeyBytes), { mode: 0o600 });
  for (let index = 0; index < (options.gpusPerNode ?? 4); index += 1) {
    await symlink('/dev/null', join(layout.gpuDirectory, `gpu${index}`));
  }
}
