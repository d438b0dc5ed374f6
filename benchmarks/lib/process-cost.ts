import { readFile, writeFile } from 'node:fs/promises';

const ticksPerSecond = 100;
const bytesPerKilobyte = 1024;

/** What a process has used. */
export interface ProcessCost {
  /** Largest resident memory since {@link forgetPeak}, in bytes; with the pages of the program file, which all processes share. */
  readonly peakResidentBytes: number;
  /** Resident memory that is the process's own now, in bytes. */
  readonly ownBytes: number;
  /** CPU since its start, in seconds. */
  readonly cpuSeconds: number;
}

/** Reads `/proc` for one process. */
export async function readCost(pid: number): Promise<ProcessCost> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const bytes = (key: string): number =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? Number.NaN) * bytesPerKilobyte;
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  const cpuSeconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  return { peakResidentBytes: bytes('VmHWM'), ownBytes: bytes('RssAnon'), cpuSeconds };
}

/** Starts the peak of resident memory anew. */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}

/** Samples the process's own memory until it is disposed of; gives the largest. */
export function sampleOwnBytes(pid: number): Disposable & { readonly peak: number } {
  let peak = 0;
  const sample = async (): Promise<void> => {
    const { ownBytes } = await readCost(pid).catch(() => ({ ownBytes: 0 }));
    peak = Math.max(peak, ownBytes);
  };
  void sample();
  const timer = setInterval(() => void sample(), 50);
  return {
    get peak() {
      return peak;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
