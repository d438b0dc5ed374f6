import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';

const idsPerTurn = 100;

/** What `/proc` says of one process. */
export interface ProcessFacts {
  readonly pid: number;
  /** `Z` is a zombie: it has ended. */
  readonly state: string;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
  /** Start time in the kernel's ticks since boot: with the pid, it names a process for good. */
  readonly startTicks: number;
  /** Processor time of it and of those children that it has waited for, in `ticksPerSecond`. */
  readonly cpuTicks: number;
}

/** The unit of the kernel's times in /proc: the same on every machine that Node runs on. */
export const ticksPerSecond = 100;

const fieldsAfterName = { state: 0, parent: 1, group: 2, session: 3, cpu: [11, 12, 13, 14], start: 19 } as const;

/** The facts in the text of `/proc/PID/stat`; the name in it may hold any character. */
export function parseProcessStat(text: string): ProcessFacts | undefined {
  const pid = Number.parseInt(text, 10);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const number = (index: number): number => Number(fields[index]);
  const startTicks = number(fieldsAfterName.start);
  if (Number.isNaN(pid) || Number.isNaN(startTicks)) return undefined;
  return {
    pid,
    state: fields[fieldsAfterName.state] ?? '',
    parent: number(fieldsAfterName.parent),
    group: number(fieldsAfterName.group),
    session: number(fieldsAfterName.session),
    startTicks,
    cpuTicks: fieldsAfterName.cpu.reduce((sum, index) => sum + number(index), 0),
  };
}

/** One process; undefined where it is gone. */
export function readProcess(pid: number): ProcessFacts | undefined {
  const facts = readProcessOrZombie(pid);
  return facts?.state === 'Z' ? undefined : facts;
}

/** One process, or what is left of it until its parent asks; undefined where it is gone. */
export function readProcessOrZombie(pid: number): ProcessFacts | undefined {
  const text = readIfThere(`/proc/${pid}/stat`);
  return text === undefined ? undefined : parseProcessStat(text);
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
