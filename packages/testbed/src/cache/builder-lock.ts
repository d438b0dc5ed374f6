import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { systemClock, type Clock } from '@interlink/runtime';
import { identifySelf, isRunning, type ProcessIdentity } from '../components/process-identity.ts';
import type { Progress } from '../progress/progress.ts';

const pollMilliseconds = 500;

/** Who waits, for what, and how. */
export interface LockOptions {
  /** What is made under the lock, in the message to who waits, e.g. `the control plane`. */
  readonly what: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock;
}

async function readHolder(file: string): Promise<ProcessIdentity | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as ProcessIdentity);
}

async function tryCreate(file: string, holder: ProcessIdentity): Promise<boolean> {
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, JSON.stringify(holder));
  try {
    await link(temporary, file); // Unlike an exclusive create, the lock is never seen empty.
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function acquire(file: string, options: LockOptions): Promise<void> {
  const self = await identifySelf();
  let said = false;
  while (!(await tryCreate(file, self))) {
    const holder = await readHolder(file);
    // Two waiters may both find a dead holder and both go on: the work is done twice, and the last rename wins.
    if (holder !== undefined && !(await isRunning(holder))) await rm(file, { force: true });
    else {
      if (!said)
        options.progress.say(`another process (${holder?.pid ?? 'unknown'}) prepares ${options.what}; waiting for it`);
      said = true;
      await (options.clock ?? systemClock).sleep(
        pollMilliseconds,
        options.signal === undefined ? {} : { signal: options.signal },
      );
    }
  }
}

/**
 * Runs `work` while no other process of this machine runs its own on the same target. The lock saves double work; that the
 * result is whole is the rename's affair. A holder that died is noticed.
 */
export async function withBuilderLock<T>(target: string, work: () => Promise<T>, options: LockOptions): Promise<T> {
  const file = `${target}.${hostname()}.lock`;
  await mkdir(dirname(file), { recursive: true });
  await acquire(file, options);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}
