import { readdir, readFile } from 'node:fs/promises';

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
export async function readProcess(pid: number): Promise<ProcessFacts | undefined> {
  const text = await readIfThere(`/proc/${pid}/stat`);
  const facts = text === undefined ? undefined : parseProcessStat(text);
  return facts?.state === 'Z' ? undefined : facts;
}

/** Arguments of a process; empty where it is gone or has none. */
export async function readArguments(pid: number): Promise<string[]> {
  return ((await readIfThere(`/proc/${pid}/cmdline`)) ?? '').split('\0').slice(0, -1);
}

/** Every process id there is. */
export async function listProcessIds(): Promise<number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** The first block of the boot id: changes with every start of the machine. */
export async function readBootId(): Promise<string> {
  const text = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  return text.split('-')[0] ?? '';
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // Ended since it was listed, or another user's.
    return undefined;
  }
}
