import type { ContainerStats } from '@interlink/spec';
import type { Usage } from './read-usage.ts';

/** A container that runs. */
export interface ContainerRun {
  readonly name: string;
  /** Seconds since 1970. */
  readonly startedAt: number;
  readonly restartCount: number;
}

/** What was measured of it, and when. */
export interface MeasuredRun {
  /** By the clock that never jumps. */
  readonly atMilliseconds: number;
  readonly cpuNanoseconds: number;
}

/** A measurement. */
export interface Measurement extends Usage, MeasuredRun {
  /** RFC 3339. */
  readonly time: string;
}

const nanosecondsPerMillisecond = 1e6;
const nanosecondsPerSecond = 1e9;

/**
 * The figures of one run of a container, and what to hand in at the next measurement. The processor time never falls: that of processes for
 * which nobody of the container waited goes with them, but what was there once stays.
 */
export function containerStats(
  { name, startedAt }: ContainerRun,
  measurement: Measurement,
  before?: MeasuredRun,
): { readonly stats: ContainerStats; readonly measured: MeasuredRun } {
  const { atMilliseconds, time, residentBytes, anonymousBytes } = measurement;
  const cpuNanoseconds = Math.max(measurement.cpuNanoseconds, before?.cpuNanoseconds ?? 0);
  const measured = { atMilliseconds, cpuNanoseconds };
  const startTime = new Date(startedAt * 1000).toISOString();
  // No process of it was found: it is ending. No figure is better than zero.
  if (residentBytes === 0) return { stats: { name, startTime }, measured };
  const rate = rateOf(measured, before);
  const cpu = { time, ...(rate === undefined ? {} : { usageNanoCores: rate }), usageCoreNanoSeconds: cpuNanoseconds };
  const memory = { time, workingSetBytes: residentBytes, rssBytes: anonymousBytes };
  return { stats: { name, startTime, cpu, memory }, measured };
}

function rateOf(now: MeasuredRun, before: MeasuredRun | undefined): number | undefined {
  const elapsed = now.atMilliseconds - (before?.atMilliseconds ?? now.atMilliseconds);
  if (before === undefined || elapsed <= 0) return undefined;
  const used = now.cpuNanoseconds - before.cpuNanoseconds;
  return Math.round((used * nanosecondsPerSecond) / (elapsed * nanosecondsPerMillisecond));
}
