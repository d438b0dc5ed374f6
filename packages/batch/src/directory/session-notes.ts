import { readdir, readFile } from 'node:fs/promises';
import { jobFiles } from './job-paths.ts';

/** The process that leads the session of a container, or of a command that came into it from outside. */
export interface SessionLeader {
  readonly pid: number;
  /** With the pid, it names a process for good. */
  readonly startTicks: number;
}

/**
 * The sessions of a job on this machine by container, as the runner and `stream.sh` noted them.
 *
 * @param directory - The job directory.
 */
export async function readSessions(directory: string): Promise<ReadonlyMap<string, readonly SessionLeader[]>> {
  const containers = `${directory}/${jobFiles.containers}`;
  const names = await namesIn(containers);
  const leaders = await Promise.all(names.map((name) => leadersOf(`${containers}/${name}`)));
  return new Map(names.map((name, index) => [name, leaders[index] ?? []]));
}

async function leadersOf(files: string): Promise<SessionLeader[]> {
  const joined = (await namesIn(`${files}/joined`)).map((id) => `${files}/joined/${id}`);
  const texts = await Promise.all(
    [`${files}/session`, ...joined].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  return texts.flatMap((text) => {
    const [, pid, startTicks] = /^(\d+) (\d+)(?: .*)?\n$/.exec(text) ?? [];
    return pid === undefined || startTicks === undefined || startTicks === '0'
      ? []
      : [{ pid: Number(pid), startTicks: Number(startTicks) }];
  });
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return await readdir(directory).catch(() => []);
}
