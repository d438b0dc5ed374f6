import { mkdir, readdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Controllers of cgroups version 1 that a machine can have of its own. */
export type CgroupController = 'freezer' | 'memory';

const mounts = '/sys/fs/cgroup';
const controllers: readonly CgroupController[] = ['freezer', 'memory'];

/** A cgroup of the same name under each of some controllers. */
export interface MachineCgroups {
  readonly name: string;
  readonly controllers: readonly CgroupController[];
}

async function removeTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(path, entry.name));
  await rmdir(path).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  });
}

/** Removes what {@link makeCgroups} made, with all below; nothing may run in it any more. What is gone is fine. */
export async function removeCgroups(name: string): Promise<void> {
  for (const controller of controllers) await removeTree(join(mounts, controller, name));
}

/** Makes cgroups under as many of the wanted controllers as this machine has in version 1 and lets us use. */
export async function makeCgroups(name: string, wanted: readonly CgroupController[]): Promise<MachineCgroups> {
  const make = (controller: CgroupController): Promise<boolean> =>
    mkdir(join(mounts, controller, name)).then(
      () => true,
      () => false,
    );
  const made = await Promise.all(wanted.map(make));
  return { name, controllers: wanted.filter((_, index) => made[index] === true) };
}
