import {
  parseContainerHealth,
  parseContainerRecord,
  parseJobOutcome,
  parseStopNote,
  type ContainerHealth,
  type ContainerRecord,
} from '../directory/container-record.ts';
import { jobFiles, jobPath } from '../directory/job-paths.ts';
import { formatJobRecord, type JobRecord } from '../directory/job-record.ts';
import type { Engine } from './engine.ts';
import type { HeldPodState } from './pod-table.ts';

/** Makes a pod's new record durable, then holds it. */
export async function saveRecord(engine: Engine, held: HeldPodState, change: Partial<JobRecord>): Promise<void> {
  const record = { ...held.record, ...change };
  await engine.host.writeDurably(jobPath(engine.root, record.uid, jobFiles.record), formatJobRecord(record));
  held.record = record;
}

/** Reads what the runner wrote. A state that cannot be read leaves the one before. */
export async function readJobFiles(engine: Engine, held: HeldPodState): Promise<void> {
  if (held.outcome || held.record.lost) return;
  const { uid, containers } = held.record;
  const statePath = (name: string): string => jobPath(engine.root, uid, jobFiles.states, `${name}.json`);
  const healthPath = (name: string): string => statePath(`${name}.health`);
  const outcomePath = jobPath(engine.root, uid, jobFiles.outcome);
  // First the outcome: where it is there, the states that are read after it are final.
  const outcome = (await engine.host.readMany([outcomePath])).get(outcomePath);
  const stopPath = jobPath(engine.root, uid, jobFiles.stopping);
  const watched = containers.filter((container) => container.watched);
  const texts = await engine.host.readMany([
    stopPath,
    ...containers.map(({ name }) => statePath(name)),
    ...watched.map(({ name }) => healthPath(name)),
  ]);
  const states = new Map<string, ContainerRecord>(held.states);
  for (const { name } of containers) {
    const state = parseContainerRecord(texts.get(statePath(name)) ?? '');
    if (state) states.set(name, state);
  }
  const health = new Map<string, ContainerHealth>(held.health);
  for (const { name } of watched) {
    const found = parseContainerHealth(texts.get(healthPath(name)) ?? '');
    if (found) health.set(name, found);
  }
  held.states = states;
  held.health = health;
  held.stop = parseStopNote(texts.get(stopPath) ?? '');
  held.outcome = outcome === undefined ? undefined : parseJobOutcome(outcome);
}

const readTries = 50;
const readPauseMilliseconds = 20;

/**
 * The id that the runner wrote as its first act; undefined where no runner has started. A file that is there and empty is a runner
 * that is about to write.
 */
export async function readJobId(
  engine: Pick<Engine, 'host' | 'root' | 'clock'>,
  uid: string,
): Promise<string | undefined> {
  const path = jobPath(engine.root, uid, jobFiles.jobId);
  for (let tries = 0; tries < readTries; tries += 1) {
    const text = (await engine.host.readMany([path])).get(path);
    if (text === undefined) return undefined;
    if (text.endsWith('\n')) return text.trim();
    await engine.clock.sleep(readPauseMilliseconds);
  }
  return undefined;
}

/** The job of a pod that may have been submitted: as the runner says, else as the scheduler says. Rejects where neither is certain. */
export async function findJob(engine: Engine, uid: string): Promise<string | undefined> {
  return (await readJobId(engine, uid)) ?? (await engine.scheduler.find(uid));
}
