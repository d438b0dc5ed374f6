import { readdir, readFile } from 'node:fs/promises';
import { jobFiles } from '@interlink/batch';
import { parseProcessJobId } from './process-job-id.ts';
import { listProcessIds, readBootId, readProcess, type ProcessFacts } from './process-table.ts';

interface SessionLeader {
  readonly pid: number;
  readonly startTicks: number;
}

/**
 * Kills what is left of a job: its containers' sessions as the runner noted them, then the runner's own. A session whose leader
 * is another process by now, or that is of another boot of the machine, is not touched.
 */
export async function endSessions(directory: string, id: string): Promise<void> {
  const job = parseProcessJobId(id);
  if (!job || job.bootId !== readBootId()) return;
  const leaders = [...(await readSessions(directory)), job];
  const processes = await readProcesses();
  const leadersById = new Map(processes.map((facts) => [facts.pid, facts]));
  const ours = new Map(
    leaders.filter((leader) => isStillOurs(leader, leadersById)).map((leader) => [leader.pid, leader]),
  );
  for (const { pid, session, startTicks } of processes) {
    const leader = ours.get(session);
    // A member of a session cannot be older than its leader.
    if (leader && startTicks >= leader.startTicks) kill(pid);
  }
}

function isStillOurs({ pid, startTicks }: SessionLeader, processes: ReadonlyMap<number, ProcessFacts>): boolean {
  const found = processes.get(pid);
  return found === undefined || found.startTicks === startTicks;
}

/** Of the containers, and of the commands that came into them from outside. */
async function readSessions(directory: string): Promise<SessionLeader[]> {
  const containers = `${directory}/${jobFiles.containers}`;
  const names = await readdir(containers).catch(() => []);
  const joined = names.map(async (name) => {
    const ids = await readdir(`${containers}/${name}/joined`).catch(() => []);
    return ids.map((id) => `${containers}/${name}/joined/${id}`);
  });
  const notes = [...names.map((name) => `${containers}/${name}/session`), ...(await Promise.all(joined)).flat()];
  const texts = await Promise.all(notes.map((path) => readFile(path, 'utf8').catch(() => '')));
  return texts.flatMap((text) => {
    const [, pid, startTicks] = /^(\d+) (\d+)(?: .*)?\n$/.exec(text) ?? [];
    return pid === undefined || startTicks === undefined || startTicks === '0'
      ? []
      : [{ pid: Number(pid), startTicks: Number(startTicks) }];
  });
}

async function readProcesses(): Promise<ProcessFacts[]> {
  const processes: ProcessFacts[] = [];
  for await (const pid of listProcessIds()) {
    const facts = readProcess(pid);
    if (facts) processes.push(facts);
  }
  return processes;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended in between.
  }
}
