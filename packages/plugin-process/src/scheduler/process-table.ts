import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

const idsPerTurn = 100;

/** What `/proc` says of one process. */
export interface ProcessFacts {
  readonly pid: number;
  /** `Z` is a zombie: it has ended. */
  readonly state: string;
  readonly group: number;
  readonly session: number;
  /** Start time in the kernel's ticks since boot: with the pid, it names a process for good. */
  readonly startTicks: number;
}

/** The facts in the text of `/proc/PID/stat`; the name in it may hold any character. */
export function parseProcessStat(text: string): ProcessFacts | undefined {
  const pid = Number.parseInt(text, 10);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', , group, session] = fields;
  const startTicks = Number(fields[19]);
  if (Number.isNaN(pid) || Number.isNaN(startTicks)) return undefined;
  return { pid, state, group: Number(group), session: Number(session), startTicks };
}

/** One process; undefined where it is gone. */
export function readProcess(pid: number): ProcessFacts | undefined {
  const text = readIfThere(`/proc/${pid}/stat`);
  const facts = text === undefined ? undefined : parseProcessStat(text);
  return facts?.state === 'Z' ? undefined : facts;
}

/** Arguments of a process; empty where it is gone or has none. */
export function readArguments(pid: number): string[] {
  return (readIfThere(`/proc/${pid}/cmdline`) ?? '').split('\0').slice(0, -1);
}

/** Every process id there is, with a pause for other work now and then. */
export async function* listProcessIds(): AsyncGenerator<number, void, undefined> {
  const ids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const [index, id] of ids.entries()) {
    if (index % idsPerTurn === idsPerTurn - 1) await nextTurn();
    yield Number(id);
  }
}

/** The first block of the boot id: changes with every start of the machine. */
export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').split('-')[0] ?? '';
}

// Synchronous: /proc is in memory, and a trip through the thread pool costs ten times the read.
function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // Ended since it was listed, or another user's.
    return undefined;
  }
}
