import {
  listProcessIds,
  readBootId,
  readProcess,
  readSessions,
  type ProcessFacts,
  type SessionLeader,
} from '@interlink/batch';
import { parseProcessJobId } from './process-job-id.ts';

/**
 * Kills what is left of a job: its containers' sessions as the runner noted them, then the runner's own. A session whose leader
 * is another process by now, or that is of another boot of the machine, is not touched.
 */
export async function endSessions(directory: string, id: string): Promise<void> {
  const job = parseProcessJobId(id);
  if (!job || job.bootId !== readBootId()) return;
  const leaders = [...(await readSessions(directory)).values()].flat().concat(job);
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
