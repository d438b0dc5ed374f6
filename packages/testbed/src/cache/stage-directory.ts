import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

const stagingMark = '.new-';

async function removeLeftovers(target: string): Promise<void> {
  const prefix = `${basename(target)}${stagingMark}`;
  for (const name of await readdir(dirname(target))) {
    if (name.startsWith(prefix)) await rm(join(dirname(target), name), { recursive: true, force: true });
  }
}

/**
 * Lets `fill` put files into a new directory beside `target` and then renames it, so that `target` is whole or absent.
 * The caller holds the builder's lock: what a killed builder left beside it is removed.
 */
export async function stageDirectory(target: string, fill: (directory: string) => Promise<void>): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await removeLeftovers(target);
  const staging = `${target}${stagingMark}${randomUUID()}`;
  await mkdir(staging);
  try {
    await fill(staging);
    await rm(target, { recursive: true, force: true });
    await rename(staging, target);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}
