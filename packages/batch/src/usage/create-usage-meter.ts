import type { PluginStats, PodStats } from '@interlink/spec';
import { readSessions } from '../directory/session-notes.ts';
import { timestamp, type Engine } from '../engine/engine.ts';
import type { HeldPodState } from '../engine/pod-table.ts';
import type { ProcessFacts } from '../host/process-table.ts';
import { placeOfJob } from '../shipping/job-place.ts';
import { containerStats, type ContainerRun, type MeasuredRun } from './container-stats.ts';
import { readProcesses, readUsage } from './read-usage.ts';
import { sessionMembers } from './session-members.ts';
import { sumStats } from './sum-stats.ts';

/** Measures the pods whose jobs run on this machine. */
export interface UsageMeter {
  /** What every running container uses; at most one measurement a second, whoever asks. */
  measure(): Promise<PluginStats>;
}

/** What was measured of a pod. */
interface MeasuredPod {
  /** Of the containers that run, by name and restart. */
  readonly runs: ReadonlyMap<string, MeasuredRun>;
  /** Processor time of the runs that have ended since the first measurement. */
  readonly endedNanoseconds: number;
}

const shortestIntervalMilliseconds = 1000;
const nothing: MeasuredPod = { runs: new Map(), endedNanoseconds: 0 };

/** A meter over the engine's pods. Its figures are the kernel's own of the containers' processes. */
export function createUsageMeter(engine: Engine): UsageMeter {
  let last: { readonly at: number; readonly stats: Promise<PluginStats> } | undefined;
  let before: ReadonlyMap<string, MeasuredPod> = new Map();

  async function measureNow(): Promise<PluginStats> {
    const processes = await readProcesses();
    const measured = new Map<string, MeasuredPod>();
    const pods: PodStats[] = [];
    for (const held of engine.pods.all()) {
      const { pod, stats } = await measurePod(engine, held, { processes, before: before.get(held.record.uid) });
      if (pod !== nothing) measured.set(held.record.uid, pod);
      if (stats) pods.push(stats);
    }
    before = measured;
    return { pods };
  }

  return {
    async measure() {
      const now = engine.clock.monotonic();
      if (last === undefined || Math.abs(now - last.at) >= shortestIntervalMilliseconds)
        last = { at: now, stats: measureNow() };
      const mine = last;
      try {
        return await mine.stats;
      } catch (error) {
        if (last === mine) last = undefined;
        throw error;
      }
    },
  };
}

interface Circumstances {
  readonly processes: ReadonlyMap<number, ProcessFacts>;
  readonly before: MeasuredPod | undefined;
}

async function measurePod(
  engine: Engine,
  held: HeldPodState,
  { processes, before = nothing }: Circumstances,
): Promise<{ readonly pod: MeasuredPod; readonly stats?: PodStats }> {
  const running = runsOf(held);
  if (running.length === 0) return { pod: before };
  const sessions = await readSessions(placeOfJob(held.record, engine).directory);
  const containers = await Promise.all(
    running.map(async (run) => {
      const usage = await readUsage(sessionMembers(sessions.get(run.name) ?? [], processes));
      const moment = { atMilliseconds: engine.clock.monotonic(), time: timestamp(engine.clock) };
      return { run, ...containerStats(run, { ...moment, ...usage }, before.runs.get(keyOf(run))) };
    }),
  );
  const runs = new Map(containers.map(({ run, measured }) => [keyOf(run), measured]));
  const ended = [...before.runs].filter(([key]) => !runs.has(key)).map(([, { cpuNanoseconds }]) => cpuNanoseconds);
  const endedNanoseconds = ended.reduce((sum, nanoseconds) => sum + nanoseconds, before.endedNanoseconds);
  const { name, namespace, uid } = held.record;
  const all = containers.map(({ stats }) => stats);
  const stats = { podRef: { name, namespace, uid }, containers: all, ...sumStats(all, endedNanoseconds) };
  return { pod: { runs, endedNanoseconds }, stats };
}

function runsOf({ states }: HeldPodState): ContainerRun[] {
  return [...states].flatMap(([name, state]) =>
    state.state === 'running' ? [{ name, startedAt: state.startedAt, restartCount: state.restartCount }] : [],
  );
}

function keyOf({ name, restartCount }: ContainerRun): string {
  return `${name}/${restartCount}`;
}
