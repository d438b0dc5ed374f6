import type { SessionLeader } from '../directory/session-notes.ts';
import type { ProcessFacts } from '../host/process-table.ts';

/**
 * The processes of a container: those in its sessions, and whatever these have started, in sessions of its own too. A session whose leader is
 * another process by now is not followed.
 */
export function sessionMembers(
  leaders: readonly SessionLeader[],
  processes: ReadonlyMap<number, ProcessFacts>,
): readonly ProcessFacts[] {
  const sessions = new Map(
    leaders.filter((leader) => isStillThere(leader, processes)).map(({ pid, startTicks }) => [pid, startTicks]),
  );
  const members = new Map<number, boolean>();
  const isMember = (facts: ProcessFacts): boolean => {
    const known = members.get(facts.pid);
    if (known !== undefined) return known;
    // Whatever the table says, nobody is an ancestor of his own.
    members.set(facts.pid, false);
    const parent = processes.get(facts.parent);
    const found =
      facts.startTicks >= (sessions.get(facts.session) ?? Number.POSITIVE_INFINITY) ||
      (parent !== undefined && isMember(parent));
    members.set(facts.pid, found);
    return found;
  };
  return [...processes.values()].filter(isMember);
}

function isStillThere({ pid, startTicks }: SessionLeader, processes: ReadonlyMap<number, ProcessFacts>): boolean {
  const found = processes.get(pid);
  return found === undefined || found.startTicks === startTicks;
}
