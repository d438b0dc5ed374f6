import { mkdir, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pollUntil } from '../control-plane/poll-until.ts';

/** Controllers of cgroups version 1 that a machine can have of its own. */
export type CgroupController = 'freezer' | 'memory';

const mounts = '/sys/fs/cgroup';
const controllers: readonly CgroupController[] = ['freezer', 'memory'];

/** A cgroup of the same name under each of some controllers. */
export interface MachineCgroups {
  readonly name: string;
  readonly controllers: readonly CgroupController[];
}

/** Whether it is gone; `false` while a process in it has not quite ended. */
async function removeIfEmpty(path: string): Promise<boolean> {
  try {
    await rmdir(path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return true;
    if (code === 'EBUSY' || code === 'ENOTEMPTY') return false;
    throw error;
  }
}

async function removeTreeIfEmpty(path: string): Promise<boolean> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTreeIfEmpty(join(path, entry.name));
  return await removeIfEmpty(path);
}

/** Looks at the whole tree each time: a process that is just ending may still have made a cgroup below. */
async function removeTree(path: string): Promise<void> {
  await pollUntil(() => removeTreeIfEmpty(path), { what: `the end of the processes in ${path}`, timeoutSeconds: 10 });
}

/** Removes what {@link makeCgroups} made, with all below, once nothing runs in it any more: it waits 10 s for that. What is gone is fine. */
export async function removeCgroups(name: string): Promise<void> {
  for (const controller of controllers) await removeTree(join(mounts, controller, name));
}

/** How a write to a cgroup's file fails when the cgroup is gone: before the file was opened, or since. */
const gone = ['ENOENT', 'ENODEV'];

async function thawTree(path: string): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await thawTree(join(path, entry.name));
  await writeFile(join(path, 'freezer.state'), 'THAWED').catch((error: unknown) => {
    if (!gone.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  });
}

/** Lets everything in the cgroups run again that is frozen, as a suspended job is: it could not even be killed. What is gone is fine. */
export async function thawCgroups(name: string): Promise<void> {
  await thawTree(join(mounts, 'freezer', name));
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
