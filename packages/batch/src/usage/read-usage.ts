import { readFile } from 'node:fs/promises';
import { listProcessIds, readProcessOrZombie, ticksPerSecond, type ProcessFacts } from '../host/process-table.ts';

/** What some processes use together. */
export interface Usage {
  /** Processor time of those that live, and of the children that they have waited for, in nanoseconds. */
  readonly cpuNanoseconds: number;
  /** In memory now, in bytes; of pages that several processes share, each has its share. */
  readonly residentBytes: number;
  /** Of {@link Usage.residentBytes}, what no file stands behind. */
  readonly anonymousBytes: number;
}

type Memory = Omit<Usage, 'cpuNanoseconds'>;

const nanosecondsPerTick = 1e9 / ticksPerSecond;
const bytesPerKilobyte = 1024;
const nothing: Memory = { residentBytes: 0, anonymousBytes: 0 };

/** All processes of this machine by id, with those that only wait for their parents to ask. */
export async function readProcesses(): Promise<ReadonlyMap<number, ProcessFacts>> {
  const processes = new Map<number, ProcessFacts>();
  for await (const pid of listProcessIds()) {
    const facts = readProcessOrZombie(pid);
    if (facts) processes.set(pid, facts);
  }
  return processes;
}

/** What these processes of this machine use. What ends while it is read counts with what was read. */
export async function readUsage(processes: readonly ProcessFacts[]): Promise<Usage> {
  const usages = await Promise.all(processes.map(readOne));
  const sum = (of: (usage: Usage) => number): number => usages.reduce((total, usage) => total + of(usage), 0);
  return {
    cpuNanoseconds: sum(({ cpuNanoseconds }) => cpuNanoseconds),
    residentBytes: sum(({ residentBytes }) => residentBytes),
    anonymousBytes: sum(({ anonymousBytes }) => anonymousBytes),
  };
}

async function readOne({ pid, cpuTicks }: ProcessFacts): Promise<Usage> {
  const [schedule, memory] = await Promise.all([readText(`/proc/${pid}/schedstat`), readMemory(pid)]);
  // Ticks round down to 10 ms; the scheduler's own figure, of the first thread alone, does not. Neither is ever too much.
  const firstThread = Number(/^\d+/.exec(schedule)?.[0] ?? 0);
  return { cpuNanoseconds: Math.max(cpuTicks * nanosecondsPerTick, firstThread), ...memory };
}

async function readMemory(pid: number): Promise<Memory> {
  const shares = await readText(`/proc/${pid}/smaps_rollup`);
  const resident = kilobytes(shares, 'Pss');
  if (resident !== undefined)
    return {
      residentBytes: resident,
      anonymousBytes: kilobytes(shares, 'Pss_Anon') ?? kilobytes(shares, 'Anonymous') ?? 0,
    };
  // Of a process with more rights than this one the shares are secret; then what it shares with others counts whole.
  const status = await readText(`/proc/${pid}/status`);
  const whole = kilobytes(status, 'VmRSS');
  return whole === undefined ? nothing : { residentBytes: whole, anonymousBytes: kilobytes(status, 'RssAnon') ?? 0 };
}

function kilobytes(text: string, key: string): number | undefined {
  const [, value] = new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(text) ?? [];
  return value === undefined ? undefined : Number(value) * bytesPerKilobyte;
}

// It may have ended since it was listed, or be another user's.
async function readText(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '');
}
